/** Made-up people, frames and moments for the tests of this folder and of those above it. */
import type { Moment } from "./moment";
import type { Rules } from "./rules";
import type { ChatMessage, MessageId, Participant, ParticipantId, Snapshot, WaitingPerson } from "./wire";

export const ID = (id: string) => id as ParticipantId;
export const MESSAGE = (id: string) => id as MessageId;

export function at(now_ms: number, chance = 0): Moment {
  return { now_ms, chance };
}

export const CODE = "aaaaa-bbbbb-ccccc-ddddd";

/** A room among colleagues: nothing is forbidden. */
export const OPEN: Rules = {
  open_link: true,
  waiting_room: "not-known",
  supervised: false,
  starts_muted: false,
  share: "all",
  chat: "all",
  slow_mode_s: 0,
  unmute: true,
  camera: true,
  rename: true,
};

export function participant(id: string, changes: Partial<Participant> = {}): Participant {
  return {
    id: ID(id),
    name: id.toUpperCase(),
    role: "participant",
    provenance: "invited",
    joined_at: "2026-09-01T08:00:00Z",
    hand_raised_at: null,
    connected: true,
    may_speak: false,
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
    to: "all",
    ...changes,
  };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    sequence: 10,
    you: ID("ann"),
    meeting: { title: "History", code: CODE, started_at: "2026-09-01T08:00:00Z" },
    participants: [participant("ann"), participant("bob")],
    chat: [],
    profile: "school",
    kind: "meeting",
    rules: OPEN,
    differing: [],
    locked_rules: [],
    is_locked: false,
    is_frozen: false,
    is_paused: false,
    spotlight: null,
    waiting: null,
    warned: null,
    bans: null,
    ...changes,
  };
}

export function waiting(id: string, changes: Partial<WaitingPerson> = {}): WaitingPerson {
  return {
    id: ID(id),
    name: id.toUpperCase(),
    provenance: "open-link",
    at: "2026-09-01T08:03:00Z",
    note: null,
    looks_like: [],
    is_second_device: false,
    was_removed_before: false,
    connected: true,
    ...changes,
  };
}

/** The server's answer to a knock that has to wait, or news for somebody at the door (`request` 0). */
export function waitingLine(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: "waiting",
    request: 1,
    participant_id: "ann",
    secret: "s3cret",
    has_host: false,
    host: null,
    note_left: false,
    is_second_device: false,
    ...changes,
  });
}

/** The server's answer to a knock. */
export function admittedLine(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: "admitted",
    request: 1,
    participant_id: "ann",
    secret: "s3cret",
    media: { url: "", token: "grant-1" },
    report_ticket: "ticket-1",
    resumed: false,
    snapshot: snapshot(),
    ...changes,
  });
}

export function eventLine(sequence: number, event: Record<string, unknown>): string {
  return JSON.stringify({ type: "event", sequence, at: "2026-09-01T08:02:00Z", event });
}
