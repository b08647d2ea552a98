/**
 * The control channel on the wire (docs/protocol/control.md): frames as they arrive and leave, and the one
 * place where text from the network becomes a typed frame. A frame that does not parse is `null`, never a guess.
 */

export type ParticipantId = string & { readonly brand: "ParticipantId" };
export type MessageId = string & { readonly brand: "MessageId" };

export type Role = "host" | "participant";

export interface Participant {
  readonly id: ParticipantId;
  readonly name: string;
  readonly role: Role;
  /** ISO 8601, UTC. */
  readonly joined_at: string;
  readonly hand_raised_at: string | null;
  /** False while the participant's control connection is broken. */
  readonly connected: boolean;
}

export interface ChatMessage {
  readonly message_id: MessageId;
  readonly sequence: number;
  readonly at: string;
  readonly participant_id: ParticipantId;
  readonly name: string;
  readonly text: string;
}

export interface MeetingFacts {
  readonly title: string;
  readonly code: string;
  readonly started_at: string;
}

/** The whole room as one participant sees it, as of `sequence`. */
export interface Snapshot {
  readonly sequence: number;
  readonly you: ParticipantId;
  readonly meeting: MeetingFacts;
  readonly participants: readonly Participant[];
  readonly chat: readonly ChatMessage[];
}

export type RoomEvent =
  | { readonly type: "participant-joined"; readonly participant: Participant }
  | { readonly type: "participant-left"; readonly participant_id: ParticipantId; readonly reason: string }
  | { readonly type: "participant-connected"; readonly participant_id: ParticipantId }
  | { readonly type: "participant-disconnected"; readonly participant_id: ParticipantId }
  | { readonly type: "hand-raised"; readonly participant_id: ParticipantId; readonly at: string }
  | { readonly type: "hand-lowered"; readonly participant_id: ParticipantId }
  | { readonly type: "chat-posted"; readonly message: ChatMessage };

/** Where the media server is and the signed permission to enter; an empty `url` means the page's own origin. */
export interface MediaCredentials {
  readonly url: string;
  readonly token: string;
}

export interface EventFrame {
  readonly type: "event";
  readonly sequence: number;
  readonly at: string;
  /** Null: an event of a newer server that this page does not know; it counts in the sequence and changes nothing. */
  readonly event: RoomEvent | null;
}

export interface AdmittedFrame {
  readonly type: "admitted";
  readonly request: number;
  readonly participant_id: ParticipantId;
  readonly secret: string;
  readonly media: MediaCredentials;
  readonly resumed: boolean;
  readonly snapshot: Snapshot | null;
}

export type ServerFrame =
  | AdmittedFrame
  | EventFrame
  | { readonly type: "done"; readonly request: number; readonly sequence: number | null }
  | { readonly type: "media"; readonly request: number; readonly media: MediaCredentials }
  | { readonly type: "pong"; readonly request: number }
  | { readonly type: "refused"; readonly request: number; readonly code: string; readonly message: string }
  | { readonly type: "closed"; readonly code: string; readonly message: string };

export interface Resume {
  readonly participant_id: ParticipantId;
  readonly secret: string;
  readonly last_sequence: number;
}

export type ClientFrame =
  | {
      readonly type: "knock";
      readonly request: number;
      readonly name: string;
      readonly resume: Resume | null;
    }
  | {
      readonly type: "send-chat";
      readonly request: number;
      readonly message_id: MessageId;
      readonly text: string;
    }
  | { readonly type: "raise-hand"; readonly request: number }
  | { readonly type: "lower-hand"; readonly request: number }
  | { readonly type: "renew-media"; readonly request: number }
  | { readonly type: "leave"; readonly request: number }
  | { readonly type: "ping"; readonly request: number };

export const SUBPROTOCOL = "preau.control.v1";
export const MAX_CHAT_CHARACTERS = 2000;

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function text(value: unknown): value is string {
  return typeof value === "string";
}

function count(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function parseParticipant(value: unknown): Participant | null {
  const from = fields(value);
  if (from === null) return null;
  const { id, name, role, joined_at, hand_raised_at, connected } = from;
  if (!text(id) || !text(name) || !text(joined_at)) return null;
  if (role !== "host" && role !== "participant") return null;
  return {
    id: id as ParticipantId,
    name,
    role,
    joined_at,
    hand_raised_at: text(hand_raised_at) ? hand_raised_at : null,
    connected: connected !== false,
  };
}

function parseMessage(value: unknown): ChatMessage | null {
  const from = fields(value);
  if (from === null) return null;
  const { message_id, sequence, at, participant_id, name, text: body } = from;
  if (!text(message_id) || !count(sequence) || !text(at)) return null;
  if (!text(participant_id) || !text(name) || !text(body)) return null;
  return {
    message_id: message_id as MessageId,
    sequence,
    at,
    participant_id: participant_id as ParticipantId,
    name,
    text: body,
  };
}

function parseAll<Item>(value: unknown, parse: (item: unknown) => Item | null): Item[] | null {
  if (!Array.isArray(value)) return null;
  const items: Item[] = [];
  for (const item of value as unknown[]) {
    const parsed = parse(item);
    if (parsed === null) return null;
    items.push(parsed);
  }
  return items;
}

export function parseSnapshot(value: unknown): Snapshot | null {
  const from = fields(value);
  const meeting = fields(from?.["meeting"]);
  if (from === null || meeting === null) return null;
  const { sequence, you } = from;
  const { title, code, started_at } = meeting;
  if (!count(sequence) || !text(you) || !text(title) || !text(code) || !text(started_at)) return null;
  const participants = parseAll(from["participants"], parseParticipant);
  const chat = parseAll(from["chat"], parseMessage);
  if (participants === null || chat === null) return null;
  return { sequence, you: you as ParticipantId, meeting: { title, code, started_at }, participants, chat };
}

function parseMedia(value: unknown): MediaCredentials | null {
  const from = fields(value);
  if (from === null || !text(from["url"]) || !text(from["token"])) return null;
  return { url: from["url"], token: from["token"] };
}

function about(from: Fields): ParticipantId | null {
  return text(from["participant_id"]) ? (from["participant_id"] as ParticipantId) : null;
}

type Parser<Parsed> = (from: Fields) => Parsed | null;

function byName<Parsed>(
  parsers: Readonly<Record<string, Parser<Parsed>>>,
): ReadonlyMap<string, Parser<Parsed>> {
  return new Map(Object.entries(parsers));
}

// Looked up by a name from the network, so a Map: a plain object also answers to "constructor".
const EVENTS = byName<RoomEvent>({
  "participant-joined": (from) => {
    const participant = parseParticipant(from["participant"]);
    return participant && { type: "participant-joined", participant };
  },
  "participant-left": (from) => {
    const participant_id = about(from);
    const reason = text(from["reason"]) ? from["reason"] : "left";
    return participant_id && { type: "participant-left", participant_id, reason };
  },
  "participant-connected": (from) => {
    const participant_id = about(from);
    return participant_id && { type: "participant-connected", participant_id };
  },
  "participant-disconnected": (from) => {
    const participant_id = about(from);
    return participant_id && { type: "participant-disconnected", participant_id };
  },
  "hand-raised": (from) => {
    const participant_id = about(from);
    return participant_id && text(from["at"])
      ? { type: "hand-raised", participant_id, at: from["at"] }
      : null;
  },
  "hand-lowered": (from) => {
    const participant_id = about(from);
    return participant_id && { type: "hand-lowered", participant_id };
  },
  "chat-posted": (from) => {
    const message = parseMessage(from["message"]);
    return message && { type: "chat-posted", message };
  },
});

export function parseEvent(value: unknown): RoomEvent | null {
  const from = fields(value);
  if (from === null || !text(from["type"])) return null;
  return EVENTS.get(from["type"])?.(from) ?? null;
}

function parseAdmitted(from: Fields): ServerFrame | null {
  const { request, participant_id, secret, resumed } = from;
  const media = parseMedia(from["media"]);
  if (!count(request) || !text(participant_id) || !text(secret) || media === null) return null;
  const given = from["snapshot"] ?? null;
  const snapshot = given === null ? null : parseSnapshot(given);
  if (given !== null && snapshot === null) return null;
  return {
    type: "admitted",
    request,
    participant_id: participant_id as ParticipantId,
    secret,
    media,
    resumed: resumed === true,
    snapshot,
  };
}

const FRAMES = byName<ServerFrame>({
  admitted: parseAdmitted,
  event: (from) => {
    const { sequence, at } = from;
    return count(sequence) && text(at)
      ? { type: "event", sequence, at, event: parseEvent(from["event"]) }
      : null;
  },
  done: ({ request, sequence }) =>
    count(request) ? { type: "done", request, sequence: count(sequence) ? sequence : null } : null,
  media: ({ request, media: given }) => {
    const media = parseMedia(given);
    return count(request) && media ? { type: "media", request, media } : null;
  },
  pong: ({ request }) => (count(request) ? { type: "pong", request } : null),
  refused: ({ request, code, message }) =>
    text(code)
      ? {
          type: "refused",
          request: count(request) ? request : 0,
          code,
          message: text(message) ? message : "",
        }
      : null,
  closed: ({ code, message }) =>
    text(code) ? { type: "closed", code, message: text(message) ? message : "" } : null,
});

/** The frame a line of JSON from the server holds, or null when it holds none we know. */
export function parseServerFrame(line: string): ServerFrame | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const from = fields(value);
  if (from === null || !text(from["type"])) return null;
  return FRAMES.get(from["type"])?.(from) ?? null;
}
