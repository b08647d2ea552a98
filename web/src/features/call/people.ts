import type { Person } from "../../room/view";

export interface People {
  /** With a raised hand, the earliest first. */
  readonly hands: readonly Person[];
  /** Oneself first, then the others by name. */
  readonly rest: readonly Person[];
}

export function handsFirst(me: Person | null, others: readonly Person[]): People {
  const byName = [...others].sort((a, b) => a.name.localeCompare(b.name));
  const everybody = me === null ? byName : [me, ...byName];
  const hands = everybody.filter((person) => person.hand_raised_at !== null);
  return {
    hands: hands.sort((a, b) => (a.hand_raised_at ?? "").localeCompare(b.hand_raised_at ?? "")),
    rest: everybody.filter((person) => person.hand_raised_at === null),
  };
}
