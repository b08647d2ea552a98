/** Made-up people, frames and moments for the tests of this folder and of those above it. */
import type { Moment } from "./moment";
import type { ChatMessage, MessageId, Participant, ParticipantId, Snapshot } from "./wire";

export const ID = (id: string) => id as ParticipantId;
export const MESSAGE = (id: string) => id as MessageId;

export function at(now_ms: number, chance = 0): Moment {
  return { now_ms, chance };
}

export function participant(id: string, changes: Partial<Participant> = {}): Participant {
  return {
    id: ID(id),
    name: id.toUpperCase(),
    role: "participant",
    joined_at: "2026-09-01T08:00:00Z",
    hand_raised_at: null,
    connected: true,
    ...changes,
  };
}

export function message(id: string, sequence: number, changes: Partial<ChatMessage> = {}): ChatMessage {
  return {
    message_id: MESSAGE(id),
    sequence,
    at: "2026-09-01T08:01:00Z",
    participant_id: ID("bob"),
    name: "BOB",
    text: `text of ${id}`,
    ...changes,
  };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    sequence: 10,
    you: ID("ann"),
    meeting: { title: "History", code: "aaaaa-bbbbb-ccccc-ddddd", started_at: "2026-09-01T08:00:00Z" },
    participants: [participant("ann"), participant("bob")],
    chat: [],
    ...changes,
  };
}

/** The server's answer to a knock. */
export function admittedLine(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: "admitted",
    request: 1,
    participant_id: "ann",
    secret: "s3cret",
    media: { url: "", token: "grant-1" },
    resumed: false,
    snapshot: snapshot(),
    ...changes,
  });
}

export function eventLine(sequence: number, event: Record<string, unknown>): string {
  return JSON.stringify({ type: "event", sequence, at: "2026-09-01T08:02:00Z", event });
}
