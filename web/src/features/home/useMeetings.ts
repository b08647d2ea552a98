import { useCallback, useEffect, useState } from "react";
import { api, type Meeting } from "../../api";
import type { Kind } from "../../room/rules";

export type Meetings =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly list: readonly Meeting[]; readonly usualKind: Kind }
  | { readonly state: "failed"; readonly error: unknown };

export interface MeetingsAccess {
  readonly meetings: Meetings;
  readonly reload: () => void;
  /** Puts an answer of the server in its place of the list. */
  readonly replace: (meeting: Meeting) => void;
  readonly remove: (id: string) => void;
}

/** Who is inside which room changes while one looks. */
const REFRESH_MS = 20_000;

function changeList(meetings: Meetings, change: (list: readonly Meeting[]) => readonly Meeting[]): Meetings {
  return meetings.state === "ready" ? { ...meetings, list: change(meetings.list) } : meetings;
}

/** My meetings, refreshed every so often and when the network is back. */
export function useMeetings(): MeetingsAccess {
  const [meetings, setMeetings] = useState<Meetings>({ state: "loading" });

  const reload = useCallback(() => {
    api.ownMeetings().then(
      ({ meetings: list, usual_kind }) => setMeetings({ state: "ready", list, usualKind: usual_kind }),
      // A refresh that fails leaves what is shown alone; only a first load has nothing else to show.
      (error: unknown) =>
        setMeetings((shown) => (shown.state === "ready" ? shown : { state: "failed", error })),
    );
  }, []);

  useEffect(() => {
    reload();
    // Whether the page is looked at is nobody's business: it refreshes all the same.
    const timer = window.setInterval(reload, REFRESH_MS);
    window.addEventListener("online", reload);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", reload);
    };
  }, [reload]);

  const replace = useCallback((meeting: Meeting) => {
    setMeetings((shown) =>
      changeList(shown, (list) => list.map((one) => (one.id === meeting.id ? meeting : one))),
    );
  }, []);
  const remove = useCallback((id: string) => {
    setMeetings((shown) => changeList(shown, (list) => list.filter((one) => one.id !== id)));
  }, []);
  return { meetings, reload, replace, remove };
}
