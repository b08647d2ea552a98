/**
 * The control channel on the wire (docs/protocol/control.md): what frames mean, as they arrive and leave. Text from
 * the network becomes one of these in wire-frames.ts and wire-values.ts, and nowhere else.
 */
import type { Kind, Profile, RuleName, Rules } from "./rules";

/** Names a presence at the door and, once admitted, in the room. */
export type ParticipantId = string & { readonly brand: "ParticipantId" };
export type MessageId = string & { readonly brand: "MessageId" };
export type BanId = string & { readonly brand: "BanId" };

export const ROLES = ["host", "cohost", "participant", "observer"] as const;
export type Role = (typeof ROLES)[number];

/** How somebody came to the door, from the most to the least known. */
export const PROVENANCES = ["owner", "account", "invited", "roster", "open-link"] as const;
export type Provenance = (typeof PROVENANCES)[number];

/**
 * What a word that only a newer server knows is taken for, so that a page opened before an upgrade goes on with less
 * instead of throwing the frame away: a role without rights, the least known way of coming, the kind of most rooms.
 */
export const NEWER: Readonly<{ role: Role; provenance: Provenance; kind: Kind; profile: Profile }> = {
  role: "observer",
  provenance: "open-link",
  kind: "meeting",
  profile: "school",
};

export interface Participant {
  readonly id: ParticipantId;
  readonly name: string;
  readonly role: Role;
  readonly provenance: Provenance;
  /** ISO 8601, UTC. */
  readonly joined_at: string;
  readonly hand_raised_at: string | null;
  /** False while the participant's control connection is broken. */
  readonly connected: boolean;
  /** Was asked to speak, and may, though the rules let nobody unmute by themselves. */
  readonly may_speak: boolean;
}

/** Who reads a line: everybody, or its writer and those who run the room. */
export type Audience = "all" | "hosts";

export interface ChatMessage {
  readonly message_id: MessageId;
  readonly sequence: number;
  readonly at: string;
  readonly participant_id: ParticipantId;
  readonly name: string;
  readonly text: string;
  readonly to: Audience;
}

/** Somebody at the door, as those who run the room see them. */
export interface WaitingPerson {
  readonly id: ParticipantId;
  readonly name: string;
  readonly provenance: Provenance;
  readonly at: string;
  /** Their one line to the host. */
  readonly note: string | null;
  /** Names of people inside, or at the door, that this name could be taken for. */
  readonly looks_like: readonly string[];
  /** Their personal link is in use on another device already. */
  readonly is_second_device: boolean;
  readonly was_removed_before: boolean;
  readonly connected: boolean;
}

export interface Ban {
  readonly id: BanId;
  readonly name: string;
  readonly at: string;
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
  readonly profile: Profile;
  readonly kind: Kind;
  readonly rules: Rules;
  /** Rules that are not as the safe bundle of this profile and kind has them. */
  readonly differing: readonly RuleName[];
  /** Rules that an administrator locked. */
  readonly locked_rules: readonly RuleName[];
  readonly is_locked: boolean;
  readonly is_frozen: boolean;
  /** Supervised, and nobody who supervises is here. */
  readonly is_paused: boolean;
  readonly spotlight: ParticipantId | null;
  /** Null for those who do not run the room. */
  readonly waiting: readonly WaitingPerson[] | null;
  /** Who was let in although the door warned of them, as they stood there. */
  readonly warned: readonly WaitingPerson[] | null;
  readonly bans: readonly Ban[] | null;
}

interface About {
  readonly participant_id: ParticipantId;
}

export type RoomEvent =
  | { readonly type: "participant-joined"; readonly participant: Participant }
  | ({ readonly type: "participant-left"; readonly reason: string } & About)
  | ({ readonly type: "participant-connected" } & About)
  | ({ readonly type: "participant-disconnected" } & About)
  | ({ readonly type: "participant-renamed"; readonly name: string } & About)
  | ({ readonly type: "role-changed"; readonly role: Role } & About)
  | ({ readonly type: "hand-raised"; readonly at: string } & About)
  | ({ readonly type: "hand-lowered" } & About)
  | ({ readonly type: "speech-allowed" } & About)
  | ({ readonly type: "speech-ended" } & About)
  | { readonly type: "chat-posted"; readonly message: ChatMessage }
  | { readonly type: "message-deleted"; readonly message_id: MessageId }
  | { readonly type: "person-waiting"; readonly waiting: WaitingPerson }
  | ({ readonly type: "person-stopped-waiting"; readonly reason: string } & About)
  | ({ readonly type: "door-note-left"; readonly text: string } & About)
  | ({ readonly type: "waiting-connection"; readonly connected: boolean } & About)
  | { readonly type: "rules-changed"; readonly rules: Rules; readonly differing: readonly RuleName[] }
  | { readonly type: "room-locked" | "room-unlocked" }
  | { readonly type: "room-frozen" | "room-thawed" }
  | { readonly type: "room-paused" | "room-resumed" }
  | { readonly type: "spotlight-changed"; readonly participant_id: ParticipantId | null }
  | ({ readonly type: "removal-undone" } & About)
  | { readonly type: "person-banned"; readonly ban: Ban }
  | { readonly type: "ban-lifted"; readonly ban_id: BanId }
  | { readonly type: "link-changed"; readonly code: string }
  | { readonly type: "host-told"; readonly what: HostNews; readonly name: string };

/** What the server noticed and those who run the room should know. */
export const HOST_NEWS = ["second-device", "stranger-removed", "leak-suspected"] as const;
export type HostNews = (typeof HOST_NEWS)[number];

/** Where the media server is and the signed permission to enter; an empty `url` means the page's own origin. */
export interface MediaCredentials {
  readonly url: string;
  readonly token: string;
}

export interface EventFrame {
  readonly type: "event";
  readonly sequence: number;
  readonly at: string;
  /** Null: withheld, or an event of a newer server; it counts in the sequence and changes nothing. */
  readonly event: RoomEvent | null;
}

export interface AdmittedFrame {
  readonly type: "admitted";
  /** 0: it answers no knock, somebody at the door was let in. */
  readonly request: number;
  readonly participant_id: ParticipantId;
  readonly secret: string;
  readonly media: MediaCredentials;
  /** With it, who was in can report after leaving; null from a server that does not know such. */
  readonly report_ticket: string | null;
  readonly resumed: boolean;
  readonly snapshot: Snapshot | null;
}

/** At the door: all that the outside is told of the room. */
export interface WaitingFrame {
  readonly type: "waiting";
  /** 0: it answers no knock, something changed. */
  readonly request: number;
  readonly participant_id: ParticipantId;
  readonly secret: string;
  /** Somebody who can let people in is there. */
  readonly has_host: boolean;
  /** The host's name, for personal links only. */
  readonly host: string | null;
  readonly note_left: boolean;
  /** They wait because their personal link was first used in another browser. */
  readonly is_second_device: boolean;
}

export interface ReportedFrame {
  readonly type: "reported";
  readonly request: number;
  readonly case_number: string;
  /** Opens the page that tells the outcome. */
  readonly secret: string;
}

export type ServerFrame =
  | AdmittedFrame
  | EventFrame
  | WaitingFrame
  | ReportedFrame
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "asked-to-unmute"; readonly by: string }
  | { readonly type: "done"; readonly request: number; readonly sequence: number | null }
  | { readonly type: "media"; readonly request: number; readonly media: MediaCredentials }
  | { readonly type: "pong"; readonly request: number }
  | {
      readonly type: "refused";
      readonly request: number;
      readonly code: string;
      readonly message: string;
      /** When to try again, where the server says so. */
      readonly retry_after_s: number | null;
    }
  | {
      readonly type: "closed";
      readonly code: string;
      readonly message: string;
      /** Why somebody at the door was refused. */
      readonly reason: string | null;
    };

export interface Resume {
  readonly participant_id: ParticipantId;
  readonly secret: string;
  readonly last_sequence: number;
}

export const DENIAL_REASONS = ["not-expected", "wrong-name", "full", "other"] as const;
export type DenialReason = (typeof DENIAL_REASONS)[number];

export const REPORT_CATEGORIES = [
  "intrusion",
  "insult",
  "threat",
  "sexual",
  "violence",
  "self-harm",
  "discrimination",
  "privacy",
  "other",
] as const;
export type ReportCategory = (typeof REPORT_CATEGORIES)[number];

export interface Report {
  readonly category: ReportCategory;
  readonly participant_id: ParticipantId | null;
  readonly text: string;
  readonly message_ids: readonly MessageId[];
}

/** What a participant can ask of the room; the server decides. */
export type Act =
  | { readonly type: "send-chat"; readonly message_id: MessageId; readonly text: string }
  | { readonly type: "raise-hand" }
  | { readonly type: "lower-hand" }
  | { readonly type: "renew-media" }
  | { readonly type: "leave-note"; readonly text: string }
  | { readonly type: "rename"; readonly participant_id: ParticipantId | null; readonly name: string }
  | { readonly type: "admit"; readonly participant_ids: readonly ParticipantId[] }
  | ({ readonly type: "deny"; readonly reason: DenialReason } & About)
  | ({
      readonly type:
        | "mute"
        | "stop-camera"
        | "stop-share"
        | "ask-to-unmute"
        | "lower-hand-of"
        | "remove"
        | "let-back"
        | "ban";
    } & About)
  | {
      readonly type:
        "mute-all" | "stop-all-cameras" | "lower-all-hands" | "lock" | "unlock" | "freeze" | "thaw" | "end";
    }
  | { readonly type: "set-rules"; readonly rules: Partial<Rules> }
  | { readonly type: "spotlight"; readonly participant_id: ParticipantId | null }
  | { readonly type: "delete-message"; readonly message_id: MessageId }
  | { readonly type: "lift-ban"; readonly ban_id: BanId }
  | ({ readonly type: "set-role"; readonly role: Role } & About)
  | ({ readonly type: "report" } & Report);

interface Knock {
  readonly type: "knock";
  readonly name: string;
  readonly resume: Resume | null;
  /** The secret of a personal link. */
  readonly invitation: string | null;
  readonly passcode: string | null;
}

export type ClientFrame = { readonly request: number } & (
  Knock | Act | { readonly type: "leave" } | { readonly type: "ping" }
);

export const SUBPROTOCOL = "preau.control.v1";
export const MAX_CHAT_CHARACTERS = 2000;
export const MAX_NOTE_CHARACTERS = 200;
export const MAX_REPORT_CHARACTERS = 2000;
export const MAX_REPORTED_MESSAGES = 50;
export const MAX_ADMITTED_AT_ONCE = 100;
