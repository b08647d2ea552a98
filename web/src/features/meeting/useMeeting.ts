import { useCallback, useEffect, useState } from "react";
import { api, isApiError, type Meeting } from "../../api";

export type Loaded<Thing> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly thing: Thing }
  | { readonly state: "none" }
  | { readonly state: "failed"; readonly error: unknown };

const CODE = /^[a-z0-9]{5}(?:-[a-z0-9]{5}){3}$/u;

/** One of my meetings by its id or, as the room knows it, by its code. */
async function find(idOrCode: string): Promise<Loaded<Meeting>> {
  try {
    if (!CODE.test(idOrCode)) return { state: "ready", thing: await api.meeting(idOrCode) };
    const meeting = (await api.meetings()).find((one) => one.code === idOrCode);
    return meeting === undefined ? { state: "none" } : { state: "ready", thing: meeting };
  } catch (error) {
    return isApiError(error, "not-found", "meeting-unknown") ? { state: "none" } : { state: "failed", error };
  }
}

export interface MeetingAccess {
  readonly loaded: Loaded<Meeting>;
  readonly reload: () => void;
  /** Takes over what the server answered to a change. */
  readonly settle: (meeting: Meeting) => void;
}

export function useMeeting(idOrCode: string): MeetingAccess {
  const [loaded, setLoaded] = useState<Loaded<Meeting>>({ state: "loading" });
  const reload = useCallback(() => void find(idOrCode).then(setLoaded), [idOrCode]);
  useEffect(reload, [reload]);
  const settle = useCallback((thing: Meeting) => setLoaded({ state: "ready", thing }), []);
  return { loaded, reload, settle };
}
