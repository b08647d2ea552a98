/**
 * Snapshot + events = a fresh snapshot. The server keeps the same rule in Python; both are tested against the
 * shared cases in tests/fixtures/control.
 */
import type {
  ChatMessage,
  EventFrame,
  MessageId,
  Participant,
  ParticipantId,
  RoomEvent,
  Snapshot,
  WaitingPerson,
} from "./wire";

function changeParticipant(
  snapshot: Snapshot,
  id: ParticipantId,
  change: Partial<Pick<Participant, "connected" | "hand_raised_at" | "may_speak" | "name" | "role">>,
): Snapshot {
  const participants = snapshot.participants.map((one) => (one.id === id ? { ...one, ...change } : one));
  return { ...snapshot, participants };
}

function addParticipant(snapshot: Snapshot, participant: Participant): Snapshot {
  const others = snapshot.participants.filter((one) => one.id !== participant.id);
  return { ...snapshot, participants: [...others, participant] };
}

function addMessage(snapshot: Snapshot, message: ChatMessage): Snapshot {
  if (snapshot.chat.some((one) => one.message_id === message.message_id)) return snapshot;
  return { ...snapshot, chat: [...snapshot.chat, message] };
}

function deleteMessage(snapshot: Snapshot, id: MessageId): Snapshot {
  return { ...snapshot, chat: snapshot.chat.filter((one) => one.message_id !== id) };
}

/** Only those who run the room have a list of who waits; for the others there is nothing to change. */
function changeWaiting(
  snapshot: Snapshot,
  change: (waiting: readonly WaitingPerson[]) => readonly WaitingPerson[],
): Snapshot {
  return snapshot.waiting === null ? snapshot : { ...snapshot, waiting: change(snapshot.waiting) };
}

function changeOneWaiting(
  snapshot: Snapshot,
  id: ParticipantId,
  change: Partial<Pick<WaitingPerson, "note" | "connected">>,
): Snapshot {
  return changeWaiting(snapshot, (all) => all.map((one) => (one.id === id ? { ...one, ...change } : one)));
}

/** Whether whoever lets this one in should look twice. */
export function hasWarning(person: WaitingPerson): boolean {
  return person.looks_like.length > 0 || person.is_second_device || person.was_removed_before;
}

function stoppedWaiting(snapshot: Snapshot, event: Of<"person-stopped-waiting">): Snapshot {
  const waited = snapshot.waiting?.find((one) => one.id === event.participant_id);
  const gone = changeWaiting(snapshot, (all) => all.filter((one) => one !== waited));
  if (waited === undefined || event.reason !== "admitted" || !hasWarning(waited)) return gone;
  return { ...gone, warned: [...(snapshot.warned ?? []), waited] };
}

type Kind = RoomEvent["type"];
type Of<K extends Kind> = Extract<RoomEvent, { type: K }>;

const REDUCERS: { readonly [K in Kind]: (snapshot: Snapshot, event: Of<K>) => Snapshot } = {
  "participant-joined": (snapshot, event) => addParticipant(snapshot, event.participant),
  "participant-left": (snapshot, event) => ({
    ...snapshot,
    participants: snapshot.participants.filter((one) => one.id !== event.participant_id),
    spotlight: snapshot.spotlight === event.participant_id ? null : snapshot.spotlight,
  }),
  "participant-connected": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { connected: true }),
  "participant-disconnected": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { connected: false }),
  "participant-renamed": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { name: event.name }),
  "role-changed": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { role: event.role }),
  "hand-raised": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { hand_raised_at: event.at }),
  "hand-lowered": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { hand_raised_at: null }),
  "speech-allowed": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { may_speak: true }),
  "speech-ended": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { may_speak: false }),
  "chat-posted": (snapshot, event) => addMessage(snapshot, event.message),
  "message-deleted": (snapshot, event) => deleteMessage(snapshot, event.message_id),
  "person-waiting": (snapshot, event) =>
    changeWaiting(snapshot, (all) => [...all.filter((one) => one.id !== event.waiting.id), event.waiting]),
  "person-stopped-waiting": stoppedWaiting,
  "door-note-left": (snapshot, event) =>
    changeOneWaiting(snapshot, event.participant_id, { note: event.text }),
  "waiting-connection": (snapshot, event) =>
    changeOneWaiting(snapshot, event.participant_id, { connected: event.connected }),
  "rules-changed": (snapshot, { rules, differing }) => ({ ...snapshot, rules, differing }),
  "room-locked": (snapshot) => ({ ...snapshot, is_locked: true }),
  "room-unlocked": (snapshot) => ({ ...snapshot, is_locked: false }),
  "room-frozen": (snapshot) => ({ ...snapshot, is_frozen: true }),
  "room-thawed": (snapshot) => ({ ...snapshot, is_frozen: false }),
  "room-paused": (snapshot) => ({ ...snapshot, is_paused: true }),
  "room-resumed": (snapshot) => ({ ...snapshot, is_paused: false }),
  "spotlight-changed": (snapshot, event) => ({ ...snapshot, spotlight: event.participant_id }),
  "person-banned": (snapshot, { ban }) =>
    snapshot.bans === null ? snapshot : { ...snapshot, bans: [...snapshot.bans, ban] },
  "removal-undone": (snapshot) => snapshot,
  "ban-lifted": (snapshot, event) =>
    snapshot.bans === null
      ? snapshot
      : { ...snapshot, bans: snapshot.bans.filter((one) => one.id !== event.ban_id) },
  "link-changed": (snapshot, { code }) => ({ ...snapshot, meeting: { ...snapshot.meeting, code } }),
  "host-told": (snapshot) => snapshot,
};

function reduce<K extends Kind>(snapshot: Snapshot, event: Of<K>): Snapshot {
  return REDUCERS[event.type](snapshot, event);
}

/** The snapshot after one event. The caller has checked that the event is the next in sequence. */
export function applyEvent(snapshot: Snapshot, frame: Pick<EventFrame, "sequence" | "event">): Snapshot {
  const changed = frame.event === null ? snapshot : reduce(snapshot, frame.event);
  return { ...changed, sequence: frame.sequence };
}
