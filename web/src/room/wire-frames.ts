/** The one place where a line from the network becomes a typed frame. A frame that does not parse is `null`, never a guess. */
import { parseRuleNames, parseRules } from "./rules";
import {
  HOST_NEWS,
  type BanId,
  type MessageId,
  type ParticipantId,
  type RoomEvent,
  type ServerFrame,
  type WaitingFrame,
} from "./wire";
import {
  count,
  fields,
  oneOf,
  parseBan,
  parseMedia,
  parseMessage,
  parseParticipant,
  parseRole,
  parseSnapshot,
  parseWaiting,
  text,
  type Fields,
} from "./wire-values";

type Parser<Parsed> = (from: Fields) => Parsed | null;

function byName<Parsed>(
  parsers: Readonly<Record<string, Parser<Parsed>>>,
): ReadonlyMap<string, Parser<Parsed>> {
  return new Map(Object.entries(parsers));
}

function about(from: Fields): ParticipantId | null {
  return text(from["participant_id"]) ? (from["participant_id"] as ParticipantId) : null;
}

/** An event that says nothing but whom it is about. */
function aboutOnly(
  type:
    | "participant-connected"
    | "participant-disconnected"
    | "hand-lowered"
    | "speech-allowed"
    | "speech-ended"
    | "removal-undone",
) {
  return (from: Fields): RoomEvent | null => {
    const participant_id = about(from);
    return participant_id && { type, participant_id };
  };
}

const ABOUT_PEOPLE: Readonly<Record<string, Parser<RoomEvent>>> = {
  "participant-joined": (from) => {
    const participant = parseParticipant(from["participant"]);
    return participant && { type: "participant-joined", participant };
  },
  "participant-left": (from) => {
    const participant_id = about(from);
    const reason = text(from["reason"]) ? from["reason"] : "left";
    return participant_id && { type: "participant-left", participant_id, reason };
  },
  "participant-connected": aboutOnly("participant-connected"),
  "participant-disconnected": aboutOnly("participant-disconnected"),
  "participant-renamed": (from) => {
    const participant_id = about(from);
    const { name } = from;
    return participant_id && text(name) ? { type: "participant-renamed", participant_id, name } : null;
  },
  "role-changed": (from) => {
    const participant_id = about(from);
    const role = parseRole(from["role"]);
    return participant_id && role ? { type: "role-changed", participant_id, role } : null;
  },
  "hand-raised": (from) => {
    const participant_id = about(from);
    const { at } = from;
    return participant_id && text(at) ? { type: "hand-raised", participant_id, at } : null;
  },
  "hand-lowered": aboutOnly("hand-lowered"),
  "speech-allowed": aboutOnly("speech-allowed"),
  "speech-ended": aboutOnly("speech-ended"),
};

const ABOUT_THE_DOOR: Readonly<Record<string, Parser<RoomEvent>>> = {
  "person-waiting": (from) => {
    const waiting = parseWaiting(from["waiting"]);
    return waiting && { type: "person-waiting", waiting };
  },
  "person-stopped-waiting": (from) => {
    const participant_id = about(from);
    const reason = text(from["reason"]) ? from["reason"] : "gave-up";
    return participant_id && { type: "person-stopped-waiting", participant_id, reason };
  },
  "door-note-left": (from) => {
    const participant_id = about(from);
    const note = from["text"];
    return participant_id && text(note) ? { type: "door-note-left", participant_id, text: note } : null;
  },
  "waiting-connection": (from) => {
    const participant_id = about(from);
    const connected = from["connected"] !== false;
    return participant_id && { type: "waiting-connection", participant_id, connected };
  },
  "person-banned": (from) => {
    const ban = parseBan(from["ban"]);
    return ban && { type: "person-banned", ban };
  },
  "removal-undone": aboutOnly("removal-undone"),
  "ban-lifted": ({ ban_id }) => (text(ban_id) ? { type: "ban-lifted", ban_id: ban_id as BanId } : null),
  "host-told": (from) => {
    const what = oneOf(HOST_NEWS, from["what"]);
    return what && { type: "host-told", what, name: text(from["name"]) ? from["name"] : "" };
  },
};

function plain(
  type: "room-locked" | "room-unlocked" | "room-frozen" | "room-thawed" | "room-paused" | "room-resumed",
): Parser<RoomEvent> {
  return () => ({ type });
}

const ABOUT_THE_ROOM: Readonly<Record<string, Parser<RoomEvent>>> = {
  "chat-posted": (from) => {
    const message = parseMessage(from["message"]);
    return message && { type: "chat-posted", message };
  },
  "message-deleted": ({ message_id }) =>
    text(message_id) ? { type: "message-deleted", message_id: message_id as MessageId } : null,
  "rules-changed": (from) => {
    const rules = parseRules(from["rules"]);
    return rules && { type: "rules-changed", rules, differing: parseRuleNames(from["differing"]) };
  },
  "room-locked": plain("room-locked"),
  "room-unlocked": plain("room-unlocked"),
  "room-frozen": plain("room-frozen"),
  "room-thawed": plain("room-thawed"),
  "room-paused": plain("room-paused"),
  "room-resumed": plain("room-resumed"),
  "spotlight-changed": (from) => ({ type: "spotlight-changed", participant_id: about(from) }),
  "link-changed": ({ code }) => (text(code) ? { type: "link-changed", code } : null),
};

// Looked up by a name from the network, so a Map: a plain object also answers to "constructor".
const EVENTS = byName<RoomEvent>({ ...ABOUT_PEOPLE, ...ABOUT_THE_DOOR, ...ABOUT_THE_ROOM });

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
    report_ticket: text(from["report_ticket"]) ? from["report_ticket"] : null,
    resumed: resumed === true,
    snapshot,
  };
}

function parseAtDoor(from: Fields): WaitingFrame | null {
  const { request, secret, host } = from;
  const participant_id = about(from);
  if (participant_id === null || !text(secret)) return null;
  return {
    type: "waiting",
    request: count(request) ? request : 0,
    participant_id,
    secret,
    has_host: from["has_host"] === true,
    host: text(host) ? host : null,
    note_left: from["note_left"] === true,
    is_second_device: from["is_second_device"] === true,
  };
}

const FRAMES = byName<ServerFrame>({
  admitted: parseAdmitted,
  waiting: parseAtDoor,
  event: (from) => {
    const { sequence, at } = from;
    return count(sequence) && text(at)
      ? { type: "event", sequence, at, event: parseEvent(from["event"]) }
      : null;
  },
  snapshot: (from) => {
    const snapshot = parseSnapshot(from["snapshot"]);
    return snapshot && { type: "snapshot", snapshot };
  },
  "asked-to-unmute": ({ by }) => ({ type: "asked-to-unmute", by: text(by) ? by : "" }),
  reported: ({ request, case_number, secret }) =>
    count(request) && text(case_number) && text(secret)
      ? { type: "reported", request, case_number, secret }
      : null,
  done: ({ request, sequence }) =>
    count(request) ? { type: "done", request, sequence: count(sequence) ? sequence : null } : null,
  media: ({ request, media: given }) => {
    const media = parseMedia(given);
    return count(request) && media ? { type: "media", request, media } : null;
  },
  pong: ({ request }) => (count(request) ? { type: "pong", request } : null),
  refused: ({ request, code, message, retry_after_s }) =>
    text(code)
      ? {
          type: "refused",
          request: count(request) ? request : 0,
          code,
          message: text(message) ? message : "",
          retry_after_s: count(retry_after_s) ? retry_after_s : null,
        }
      : null,
  closed: ({ code, message, reason }) =>
    text(code)
      ? { type: "closed", code, message: text(message) ? message : "", reason: text(reason) ? reason : null }
      : null,
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
