import { useState } from "react";
import { api, type Meeting, type MeetingChanges } from "../../api";
import { useRequest } from "../../ui/useRequest";

/** Changes the meeting on the server; says that it is saved, or why not. */
export function useChange(meeting: Meeting, settle: (meeting: Meeting) => void) {
  const [isSaved, setSaved] = useState(false);
  const { ask, isBusy, error } = useRequest();
  function change(changes: MeetingChanges, onDone?: () => void) {
    setSaved(false);
    ask(api.changeMeeting(meeting.id, changes), (changed) => {
      settle(changed);
      setSaved(true);
      onDone?.();
    });
  }
  return { change, error, isSaved, isBusy };
}
