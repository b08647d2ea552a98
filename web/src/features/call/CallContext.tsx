import { createContext, useContext, useSyncExternalStore } from "react";
import type { RoomView } from "../../room/view";
import type { Call } from "./call";

const Context = createContext<Call | null>(null);

export const CallProvider = Context.Provider;

/** The running call, for acts. */
export function useCall(): Call {
  const call = useContext(Context);
  if (call === null) throw new Error("useCall needs a CallProvider above it");
  return call;
}

/** What the running call shows now. */
export function useRoomView(): RoomView {
  const call = useCall();
  return useSyncExternalStore(call.subscribe, call.view);
}
