/** What stands inside frames: participants, lines, people at the door, snapshots. What does not parse is `null`, never a guess. */
import { KINDS, parseRuleNames, parseRules, PROFILES, STRICTEST } from "./rules";
import {
  NEWER,
  PROVENANCES,
  ROLES,
  type Ban,
  type BanId,
  type ChatMessage,
  type MediaCredentials,
  type MeetingFacts,
  type MessageId,
  type Participant,
  type ParticipantId,
  type Provenance,
  type Role,
  type Snapshot,
  type WaitingPerson,
} from "./wire";

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

export function text(value: unknown): value is string {
  return typeof value === "string";
}

export function count(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** The value if it is one of these. */
export function oneOf<Value extends string>(values: readonly Value[], value: unknown): Value | null {
  return values.find((one) => one === value) ?? null;
}

/** A role; null when it is no word at all. */
export function parseRole(value: unknown): Role | null {
  return text(value) ? (oneOf(ROLES, value) ?? NEWER.role) : null;
}

function parseProvenance(value: unknown): Provenance {
  return oneOf(PROVENANCES, value) ?? NEWER.provenance;
}

export function parseParticipant(value: unknown): Participant | null {
  const from = fields(value);
  if (from === null) return null;
  const { id, name, joined_at, hand_raised_at, connected } = from;
  const role = parseRole(from["role"]);
  if (!text(id) || !text(name) || !text(joined_at) || role === null) return null;
  return {
    id: id as ParticipantId,
    name,
    role,
    provenance: parseProvenance(from["provenance"]),
    joined_at,
    hand_raised_at: text(hand_raised_at) ? hand_raised_at : null,
    connected: connected !== false,
    may_speak: from["may_speak"] === true,
  };
}

export function parseMessage(value: unknown): ChatMessage | null {
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
    to: from["to"] === "hosts" ? "hosts" : "all",
  };
}

export function parseWaiting(value: unknown): WaitingPerson | null {
  const from = fields(value);
  if (from === null || !text(from["id"]) || !text(from["name"]) || !text(from["at"])) return null;
  const alike = from["looks_like"];
  return {
    id: from["id"] as ParticipantId,
    name: from["name"],
    provenance: parseProvenance(from["provenance"]),
    at: from["at"],
    note: text(from["note"]) ? from["note"] : null,
    looks_like: Array.isArray(alike) ? alike.filter(text) : [],
    is_second_device: from["is_second_device"] === true,
    was_removed_before: from["was_removed_before"] === true,
    connected: from["connected"] !== false,
  };
}

export function parseBan(value: unknown): Ban | null {
  const from = fields(value);
  if (from === null || !text(from["id"]) || !text(from["name"]) || !text(from["at"])) return null;
  return { id: from["id"] as BanId, name: from["name"], at: from["at"] };
}

/** The items that can be read: one that cannot is left out, and costs nobody the frame. */
function parseAll<Item>(value: unknown, parse: (item: unknown) => Item | null): Item[] | null {
  if (!Array.isArray(value)) return null;
  return (value as unknown[]).map(parse).filter((item) => item !== null);
}

/** A list that only those who run the room are told; undefined when it is there and unreadable. */
function parseTold<Item>(value: unknown, parse: (item: unknown) => Item | null): Item[] | null | undefined {
  if (value === undefined || value === null) return null;
  return parseAll(value, parse) ?? undefined;
}

function parseFacts(value: unknown): MeetingFacts | null {
  const from = fields(value);
  if (from === null) return null;
  const { title, code, started_at } = from;
  return text(title) && text(code) && text(started_at) ? { title, code, started_at } : null;
}

export function parseSnapshot(value: unknown): Snapshot | null {
  const from = fields(value);
  const meeting = parseFacts(from?.["meeting"]);
  if (from === null || meeting === null || !count(from["sequence"]) || !text(from["you"])) return null;
  const participants = parseAll(from["participants"], parseParticipant);
  const chat = parseAll(from["chat"], parseMessage);
  const rules = from["rules"] === undefined ? STRICTEST : parseRules(from["rules"]);
  const waiting = parseTold(from["waiting"], parseWaiting);
  const warned = parseTold(from["warned"], parseWaiting);
  const bans = parseTold(from["bans"], parseBan);
  if (participants === null || chat === null || rules === null) return null;
  if (waiting === undefined || warned === undefined || bans === undefined) return null;
  return {
    sequence: from["sequence"],
    you: from["you"] as ParticipantId,
    meeting,
    participants,
    chat,
    profile: oneOf(PROFILES, from["profile"]) ?? NEWER.profile,
    kind: oneOf(KINDS, from["kind"]) ?? NEWER.kind,
    rules,
    differing: parseRuleNames(from["differing"]),
    locked_rules: parseRuleNames(from["locked_rules"]),
    is_locked: from["is_locked"] === true,
    is_frozen: from["is_frozen"] === true,
    is_paused: from["is_paused"] === true,
    spotlight: text(from["spotlight"]) ? (from["spotlight"] as ParticipantId) : null,
    waiting,
    warned,
    bans,
  };
}

export function parseMedia(value: unknown): MediaCredentials | null {
  const from = fields(value);
  if (from === null || !text(from["url"]) || !text(from["token"])) return null;
  return { url: from["url"], token: from["token"] };
}
