/** Two digits for everybody in the room and at the door, by which a host goes to them with two keys. */
import { createContext, useContext, useEffect, useState } from "react";
import { remembered } from "../../remembered";
import type { RoomView } from "../../room/view";
import type { ParticipantId } from "../../room/wire";

export const MOST_NUMBERS = 99;

export type Numbers = ReadonlyMap<ParticipantId, number>;

export const NO_NUMBERS: Numbers = new Map();

function firstFree(given: Map<ParticipantId, number>, present: ReadonlySet<ParticipantId>): number | null {
  const taken = new Set(given.values());
  for (let number = 1; number <= MOST_NUMBERS; number += 1) if (!taken.has(number)) return number;
  for (const [id, number] of given) {
    if (present.has(id)) continue;
    given.delete(id);
    return number;
  }
  return null;
}

/**
 * Numbers for whoever has none yet. Nobody's number changes while they are there, and the number of somebody who
 * went is given to another only when no other is left: a host who types what they have just read meets nobody else.
 */
export function numbered(given: Numbers, ids: readonly ParticipantId[]): Numbers {
  const strangers = ids.filter((id) => !given.has(id));
  if (strangers.length === 0) return given;
  const present = new Set(ids);
  const next = new Map(given);
  let isChanged = false;
  for (const id of strangers) {
    const number = firstFree(next, present);
    if (number === null) break;
    next.set(id, number);
    isChanged = true;
  }
  return isChanged ? next : given;
}

/** The numbers of everybody, for those who run the room; they last as long as the tab is in it, reloads and all. */
export function useNumbers({
  me,
  others,
  waiting,
  may,
  meeting,
}: Pick<RoomView, "me" | "others" | "waiting" | "may" | "meeting">): Numbers {
  const room = meeting?.started_at ?? "";
  const [given, setGiven] = useState<Numbers>(NO_NUMBERS);
  const [rememberedOf, setRememberedOf] = useState("");
  useEffect(() => {
    if (given !== NO_NUMBERS) remembered.rememberNumbers({ room, numbers: [...given] });
  }, [given, room]);
  if (!may.is_moderator) return NO_NUMBERS;
  if (rememberedOf !== room) {
    setRememberedOf(room);
    const before = remembered.numbers(room) as Numbers;
    if (before.size > 0) {
      setGiven(before);
      return before;
    }
  }
  const people = [...(me === null ? [] : [me]), ...others, ...waiting];
  const next = numbered(
    given,
    people.map((one) => one.id),
  );
  if (next !== given) setGiven(next);
  return next;
}

const Context = createContext(NO_NUMBERS);

export const NumbersProvider = Context.Provider;

/** The number of somebody in the room or at the door; null when they have none. */
export function useNumberOf(): (id: ParticipantId) => number | null {
  const numbers = useContext(Context);
  return (id) => numbers.get(id) ?? null;
}
