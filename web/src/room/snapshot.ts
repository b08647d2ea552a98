/**
 * Snapshot + events = a fresh snapshot. The server keeps the same rule in Python; both are tested against the
 * shared cases in tests/fixtures/control.
 */
import type { ChatMessage, EventFrame, Participant, ParticipantId, RoomEvent, Snapshot } from "./wire";

function changeParticipant(
  snapshot: Snapshot,
  id: ParticipantId,
  change: Partial<Pick<Participant, "connected" | "hand_raised_at">>,
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

type Kind = RoomEvent["type"];
type Of<K extends Kind> = Extract<RoomEvent, { type: K }>;

const REDUCERS: { readonly [K in Kind]: (snapshot: Snapshot, event: Of<K>) => Snapshot } = {
  "participant-joined": (snapshot, event) => addParticipant(snapshot, event.participant),
  "participant-left": (snapshot, event) => ({
    ...snapshot,
    participants: snapshot.participants.filter((one) => one.id !== event.participant_id),
  }),
  "participant-connected": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { connected: true }),
  "participant-disconnected": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { connected: false }),
  "hand-raised": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { hand_raised_at: event.at }),
  "hand-lowered": (snapshot, event) =>
    changeParticipant(snapshot, event.participant_id, { hand_raised_at: null }),
  "chat-posted": (snapshot, event) => addMessage(snapshot, event.message),
};

function reduce<K extends Kind>(snapshot: Snapshot, event: Of<K>): Snapshot {
  return REDUCERS[event.type](snapshot, event);
}

/** The snapshot after one event. The caller has checked that the event is the next in sequence. */
export function applyEvent(snapshot: Snapshot, frame: Pick<EventFrame, "sequence" | "event">): Snapshot {
  const changed = frame.event === null ? snapshot : reduce(snapshot, frame.event);
  return { ...changed, sequence: frame.sequence };
}
