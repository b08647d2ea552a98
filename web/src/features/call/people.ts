import type { Person } from "../../room/view";
import type { Act, DenialReason, ParticipantId } from "../../room/wire";

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

export function isBeingLetIn(pending: readonly Act[], id: ParticipantId): boolean {
  return pending.some((act) => act.type === "admit" && act.participant_ids.includes(id));
}

/** What those who run the room, or anybody, may ask about one person. */
export type PersonAct =
  | "mute"
  | "ask-to-unmute"
  | "stop-camera"
  | "stop-share"
  | "spotlight"
  | "lower-hand"
  | "rename"
  | "make-cohost"
  | "make-participant"
  | "hand-over"
  | "report"
  | "remove"
  | "ban";

export interface PersonFacts {
  readonly is_moderator: boolean;
  readonly is_host: boolean;
  readonly may_rename: boolean;
  readonly is_sharing: boolean;
}

type Possible = readonly (readonly [PersonAct, boolean])[];

/** What those who run the room may stop, ask or show of somebody. */
function mediaActs(person: Person, isRuled: boolean, facts: PersonFacts): Possible {
  return [
    ["mute", isRuled && !person.is_muted],
    ["ask-to-unmute", isRuled && person.is_muted && person.role !== "observer"],
    ["stop-camera", isRuled && person.camera !== null],
    ["stop-share", isRuled && facts.is_sharing],
    ["lower-hand", isRuled && person.hand_raised_at !== null],
    ["spotlight", facts.is_moderator],
  ];
}

function roleActs(person: Person, isRuled: boolean, facts: PersonFacts): Possible {
  const mayName = facts.is_host && isRuled;
  return [
    ["make-cohost", mayName && person.role !== "cohost"],
    ["make-participant", mayName && person.role === "cohost"],
    ["hand-over", mayName && person.role === "cohost"],
  ];
}

/** What can be done about this person now, in the order of the menu. Nobody acts against the host. */
export function personActs(person: Person, facts: PersonFacts): PersonAct[] {
  const isRuled = facts.is_moderator && !person.is_me && person.role !== "host";
  const acts: Possible = [
    ...mediaActs(person, isRuled, facts),
    ["rename", person.is_me ? facts.may_rename : isRuled],
    ...roleActs(person, isRuled, facts),
    ["remove", isRuled],
    ["report", !person.is_me],
    ["ban", isRuled],
  ];
  return acts.filter(([, isThere]) => isThere).map(([act]) => act);
}

/** Keys that act on the person whose row has the focus: the first of the acts that is possible. */
export const PERSON_KEYS: ReadonlyMap<string, readonly PersonAct[]> = new Map<string, readonly PersonAct[]>([
  ["m", ["mute"]],
  ["u", ["ask-to-unmute"]],
  ["v", ["stop-camera"]],
  ["s", ["stop-share"]],
  ["h", ["lower-hand"]],
  ["o", ["spotlight"]],
  ["n", ["rename"]],
  ["Shift+c", ["make-cohost", "make-participant"]],
  ["Delete", ["remove"]],
  ["Shift+Delete", ["ban"]],
]);

/** Keys that act on the person at the door whose row has the focus; Enter lets them in. */
export const DOOR_KEYS: ReadonlyMap<string, DenialReason | "ban"> = new Map<string, DenialReason | "ban">([
  ["Delete", "not-expected"],
  ["w", "wrong-name"],
  ["f", "full"],
  ["x", "other"],
  ["Shift+Delete", "ban"],
]);

/** What a key or a press does about somebody at the door, but letting them in. */
export function turnAway(id: ParticipantId, act: DenialReason | "ban"): Act {
  return act === "ban"
    ? { type: "ban", participant_id: id }
    : { type: "deny", participant_id: id, reason: act };
}

/** How keys are written for people, by what they do; told to assistive technology in the same form. */
export function keyShown(key: string): string {
  return key.replace(/\b[a-z]$/u, (letter) => letter.toUpperCase());
}
