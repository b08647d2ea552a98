import { useState } from "react";
import { api, type Meeting, type MeetingChanges } from "../../api";

/** Changes the meeting on the server; says that it is saved, or why not. */
export function useChange(meeting: Meeting, settle: (meeting: Meeting) => void) {
  const [error, setError] = useState<unknown>(null);
  const [isSaved, setSaved] = useState(false);
  const [isBusy, setBusy] = useState(false);
  function change(changes: MeetingChanges, onDone?: () => void) {
    setError(null);
    setSaved(false);
    setBusy(true);
    api.changeMeeting(meeting.id, changes).then(
      (changed) => {
        settle(changed);
        setBusy(false);
        setSaved(true);
        onDone?.();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reason);
      },
    );
  }
  return { change, error, isSaved, isBusy };
}
