import { createContext, useContext, useState, useSyncExternalStore } from "react";
import type { RoomView } from "../../room/view";
import type { Call } from "./call";
import { partsOf } from "./parts";

const Context = createContext<Call | null>(null);

export const CallProvider = Context.Provider;

/** The running call, for acts. */
export function useCall(): Call {
  const call = useContext(Context);
  if (call === null) throw new Error("useCall needs a CallProvider above it");
  return call;
}

/** These parts of what a call shows now; what changes elsewhere draws nothing anew. `names` stay the same. */
export function usePartsOf<Name extends keyof RoomView>(
  call: Call,
  ...names: readonly Name[]
): Pick<RoomView, Name> {
  const [parts] = useState(() => partsOf<RoomView, Name>(names));
  return useSyncExternalStore(call.subscribe, () => parts(call.view()));
}

/** The same, of the running call. */
export function useRoomParts<Name extends keyof RoomView>(...names: readonly Name[]): Pick<RoomView, Name> {
  return usePartsOf(useCall(), ...names);
}
