/** What of a room's events is worth saying aloud, and whom it is about. */
import type { Happening, HappeningKind } from "./announcements";
import type { ParticipantId, RoomEvent, Snapshot } from "./wire";

export interface Told extends Happening {
  /** Nobody is told of their own doing. */
  readonly by: ParticipantId | null;
}

function nameOf(snapshot: Snapshot | null, id: ParticipantId): string {
  const isThis = (one: { readonly id: ParticipantId }) => one.id === id;
  const inside = snapshot?.participants.find(isThis);
  return (inside ?? snapshot?.waiting?.find(isThis))?.name ?? "";
}

type Kind = RoomEvent["type"];
type Of<K extends Kind> = Extract<RoomEvent, { type: K }>;
type Teller<K extends Kind> = (event: Of<K>, before: Snapshot | null) => Told;

/** About somebody who is known from before the event. */
function about(kind: HappeningKind) {
  return (event: { readonly participant_id: ParticipantId }, before: Snapshot | null): Told => ({
    kind,
    name: nameOf(before, event.participant_id),
    by: event.participant_id,
  });
}

function ofTheRoom(kind: HappeningKind): () => Told {
  return () => ({ kind, name: "", by: null });
}

const TELLERS: { readonly [K in Kind]?: Teller<K> } = {
  "participant-joined": ({ participant: { id, name } }) => ({ kind: "joined", name, by: id }),
  "participant-left": about("left"),
  "hand-raised": about("hand-raised"),
  "hand-lowered": about("hand-lowered"),
  "chat-posted": ({ message }) => ({ kind: "chat", name: message.name, by: message.participant_id }),
  "person-waiting": ({ waiting: { id, name } }) => ({ kind: "waiting", name, by: id }),
  "person-stopped-waiting": about("stopped-waiting"),
  "room-locked": ofTheRoom("locked"),
  "room-unlocked": ofTheRoom("unlocked"),
  "room-frozen": ofTheRoom("frozen"),
  "room-thawed": ofTheRoom("thawed"),
  "room-paused": ofTheRoom("paused"),
  "room-resumed": ofTheRoom("resumed"),
  "host-told": ({ name }) => ({ kind: "host-told", name, by: null }),
};

/** Of the room itself, not of a person: these have no name. */
const NAMELESS: ReadonlySet<HappeningKind> = new Set<HappeningKind>([
  "locked",
  "unlocked",
  "frozen",
  "thawed",
  "paused",
  "resumed",
  "host-told",
]);

function tell<K extends Kind>(event: Of<K>, before: Snapshot | null): Told | null {
  const teller = TELLERS[event.type];
  return teller?.(event, before) ?? null;
}

/** What this event is to this participant's ears; null for what they did themselves or need not hear. */
export function happeningOf(
  event: RoomEvent,
  before: Snapshot | null,
  you: ParticipantId | undefined,
): Happening | null {
  const told = tell(event, before);
  if (told === null || (told.by !== null && told.by === you)) return null;
  if (told.name === "" && !NAMELESS.has(told.kind)) return null;
  return { kind: told.kind, name: told.name };
}
