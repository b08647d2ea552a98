/** What becomes of a room when somebody who runs it leaves. */
import { isModerator } from "../../room/rights";
import type { Person, RoomView } from "../../room/view";

/** Who may be given the room: those who run it already, then other accounts of the house; nobody who is away. */
export function heirsOf(others: readonly Person[]): Person[] {
  const here = others.filter((one) => !one.is_reconnecting && one.role !== "host" && one.role !== "observer");
  const running = here.filter((one) => one.role === "cohost");
  return [...running, ...here.filter((one) => one.role !== "cohost" && one.provenance === "account")];
}

function othersWhoRunIt(others: readonly Person[]): Person[] {
  return others.filter((one) => isModerator(one.role) && !one.is_reconnecting);
}

export type Aftermath = "goes-on" | "pauses" | "unattended";

/** What follows when the room is given to nobody. `names`: of those who go on running it. */
export function whatFollows(
  others: readonly Person[],
  isSupervised: boolean,
): { readonly what: Aftermath; readonly names: readonly string[] } {
  const running = othersWhoRunIt(others);
  if (running.length > 0) return { what: "goes-on", names: running.map((one) => one.name) };
  return { what: isSupervised ? "pauses" : "unattended", names: [] };
}

/** A host is asked while anybody else is there or waits; a co-host only who would leave the room without anybody. */
export function isAskedBeforeLeaving({
  may,
  others,
  waiting,
}: Pick<RoomView, "may" | "others" | "waiting">): boolean {
  if (others.length + waiting.length === 0) return false;
  return may.is_host || (may.is_moderator && othersWhoRunIt(others).length === 0);
}
