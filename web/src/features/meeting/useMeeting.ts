import { useCallback } from "react";
import { api, isApiError, type Meeting } from "../../api";
import { useLoaded, type Access } from "../../ui/Loaded";

const CODE = /^[a-z0-9]{5}(?:-[a-z0-9]{5}){3}$/u;

/** One of my meetings by its id or, as the room knows it, by its code; null when it is none of mine. */
async function find(idOrCode: string): Promise<Meeting | null> {
  try {
    if (!CODE.test(idOrCode)) return await api.meeting(idOrCode);
    return (await api.meetings()).find((one) => one.code === idOrCode) ?? null;
  } catch (error) {
    if (isApiError(error, "not-found", "meeting-unknown")) return null;
    throw error;
  }
}

export function useMeeting(idOrCode: string): Access<Meeting> {
  return useLoaded(useCallback(() => find(idOrCode), [idOrCode]));
}
