/** What the call shows: people, pictures, chat and trouble, derived from the room's state and nothing else. */
import type { Announcement } from "./announcements";
import { NO_MEDIA, type PictureKey, type Quality } from "./facts";
import { isUp, type Ending } from "./control";
import type { HeldSource } from "./held";
import type { Rights } from "./rights";
import { brokenSince_ms, rights, type Notice, type Refusal, type RoomState } from "./room";
import { STRICTEST, type Kind, type Profile, type RuleName, type Rules } from "./rules";
import type { SourcesState } from "./sources";
import type {
  Act,
  Audience,
  Ban,
  MeetingFacts,
  MessageId,
  Participant,
  ParticipantId,
  Provenance,
  Role,
  WaitingPerson,
} from "./wire";

export interface Person {
  readonly id: ParticipantId;
  readonly name: string;
  readonly role: Role;
  readonly provenance: Provenance;
  readonly is_me: boolean;
  readonly hand_raised_at: string | null;
  readonly is_muted: boolean;
  readonly is_speaking: boolean;
  readonly is_reconnecting: boolean;
  readonly quality: Quality;
  readonly camera: PictureKey | null;
  /** For those who run the room: what the door warned of when this person was let in. */
  readonly warnings: WaitingPerson | null;
}

export interface Share {
  readonly person: Person;
  readonly picture: PictureKey;
}

export interface ChatLine {
  readonly message_id: MessageId;
  readonly name: string;
  readonly is_mine: boolean;
  readonly text: string;
  /** ISO 8601, UTC; null while the server has not written the line. */
  readonly at: string | null;
  readonly state: "written" | "sending" | "failed";
  readonly refusal: string | null;
  readonly to: Audience;
  /** This participant may take it out of the room: their own, or they run the room. */
  readonly may_delete: boolean;
}

/** What is known at the door. */
export interface Door {
  readonly has_host: boolean;
  readonly host: string | null;
  readonly note: "none" | "sending" | "left";
  /** Why they wait although they have a personal link: it was first used in another browser. */
  readonly is_second_device: boolean;
}

/** How the room is set, and who keeps it so. */
export interface RoomSettings {
  readonly profile: Profile;
  readonly kind: Kind;
  readonly rules: Rules;
  readonly differing: readonly RuleName[];
  readonly locked_rules: readonly RuleName[];
  readonly is_locked: boolean;
  readonly is_frozen: boolean;
  readonly is_paused: boolean;
  readonly bans: readonly Ban[];
}

/** A link that has been broken for a while: which, since when, and what is being done about it. */
export interface Trouble {
  readonly what: "everything" | "media" | "control";
  readonly since_ms: number;
  readonly doing: "resuming" | "connecting" | "waiting";
}

export interface HeldView {
  readonly free: readonly HeldSource[];
  readonly kept_off: readonly HeldSource[];
  /** They were never forbidden: everybody comes in with them off. */
  readonly is_beginning: boolean;
}

export interface RoomView {
  readonly phase: "joining" | "waiting" | "in" | "over";
  /** The server asked to knock more slowly; it is tried again. */
  readonly is_held_off: boolean;
  /** The server is reached and the channel never opens. */
  readonly is_dropped: boolean;
  /** With which who was inside can report, also after leaving. */
  readonly report_ticket: string | null;
  /** The control channel is up, inside or at the door. */
  readonly is_linked: boolean;
  /** Null unless one is at the door. */
  readonly door: Door | null;
  readonly meeting: MeetingFacts | null;
  /** Null until admitted. */
  readonly me: Person | null;
  /** What this participant may do now. */
  readonly may: Rights;
  readonly settings: RoomSettings;
  /** Who is at the door, in the order they came; empty for those who do not let people in. */
  readonly waiting: readonly WaitingPerson[];
  /** Acts that the server has not answered yet. */
  readonly pending: readonly Act[];
  readonly spotlight: Person | null;
  /** Devices that are off though they were chosen: those that may be on now, and those that may not, until read. */
  readonly held: HeldView;
  readonly asked_by: string | null;
  readonly refusal: Refusal | null;
  /** Whom this participant just removed, and may let back in. */
  readonly removed: Pick<Person, "id" | "name"> | null;
  readonly notices: readonly Notice[];
  readonly report: RoomState["report"];
  /** Everybody else, in the order they came. */
  readonly others: readonly Person[];
  /** Screens being shared, the newest last. */
  readonly shares: readonly Share[];
  readonly chat: readonly ChatLine[];
  readonly unread: number;
  readonly sources: SourcesState;
  readonly is_sound_blocked: boolean;
  readonly is_muted_hint_shown: boolean;
  readonly trouble: Trouble | null;
  readonly announcement: Announcement | null;
  readonly ending: Ending | null;
}

function personOf(state: RoomState, participant: Participant, you: ParticipantId): Person {
  const is_me = participant.id === you;
  const media = (is_me ? state.facts.own : state.facts.people[participant.id]) ?? NO_MEDIA;
  const is_muted = is_me ? !state.sources.microphone.wanted : !media.is_heard;
  return {
    id: participant.id,
    name: participant.name,
    role: participant.role,
    provenance: participant.provenance,
    is_me,
    hand_raised_at: participant.hand_raised_at,
    is_muted,
    is_speaking: media.is_speaking && !is_muted,
    is_reconnecting: !is_me && !participant.connected,
    quality: media.quality,
    camera: media.camera,
    warnings: state.control.snapshot?.warned?.find((one) => one.id === participant.id) ?? null,
  };
}

function sharesOf(state: RoomState, people: readonly Person[]): Share[] {
  const shares: Share[] = [];
  for (const id of state.sharing) {
    const person = people.find((one) => one.id === id);
    const media = person?.is_me ? state.facts.own : state.facts.people[id];
    if (person !== undefined && media?.screen != null) shares.push({ person, picture: media.screen });
  }
  return shares;
}

function chatOf({ control }: RoomState, may: Rights): ChatLine[] {
  const { snapshot, outgoing } = control;
  const written = (snapshot?.chat ?? []).map((message): ChatLine => {
    const is_mine = message.participant_id === snapshot?.you;
    return {
      message_id: message.message_id,
      name: message.name,
      is_mine,
      text: message.text,
      at: message.at,
      state: "written",
      refusal: null,
      to: message.to,
      may_delete: is_mine || may.is_moderator,
    };
  });
  const waiting = outgoing.map((line): ChatLine => ({
    message_id: line.message_id,
    name: control.caller.name,
    is_mine: true,
    text: line.text,
    at: null,
    state: line.state === "sent" ? "written" : line.state,
    refusal: line.refusal,
    to: may.chat_to,
    may_delete: false,
  }));
  return [...written, ...waiting];
}

function unreadOf({ control: { snapshot }, read_sequence }: RoomState): number {
  if (snapshot === null) return 0;
  const isUnread = (message: (typeof snapshot.chat)[number]) =>
    message.sequence > read_sequence && message.participant_id !== snapshot.you;
  return snapshot.chat.filter(isUnread).length;
}

const DOING: Readonly<Record<string, Trouble["doing"]>> = {
  reconnecting: "resuming",
  connecting: "connecting",
  opening: "connecting",
  knocking: "connecting",
};

function troubleOf(state: RoomState): Trouble | null {
  const since_ms = brokenSince_ms(state);
  if (since_ms === null || !state.is_trouble_shown) return null;
  const { control, media } = state;
  const isControl = control.broken_since_ms !== null;
  const isMedia = media.broken_since_ms !== null;
  const doing = DOING[(isMedia ? media : control).link.phase] ?? "waiting";
  return { what: isControl && isMedia ? "everything" : isMedia ? "media" : "control", since_ms, doing };
}

function doorOf({ control: { link, door, outbox } }: RoomState): Door | null {
  if (door === null || link.phase === "closed") return null;
  const isSending = outbox.some(({ act }) => act.type === "leave-note");
  return {
    has_host: door.has_host,
    host: door.host,
    note: door.note_left ? "left" : isSending ? "sending" : "none",
    is_second_device: door.is_second_device,
  };
}

function settingsOf({ control: { snapshot } }: RoomState): RoomSettings {
  return {
    profile: snapshot?.profile ?? "school",
    kind: snapshot?.kind ?? "meeting",
    rules: snapshot?.rules ?? STRICTEST,
    differing: snapshot?.differing ?? [],
    locked_rules: snapshot?.locked_rules ?? [],
    is_locked: snapshot?.is_locked === true,
    is_frozen: snapshot?.is_frozen === true,
    is_paused: snapshot?.is_paused === true,
    bans: snapshot?.bans ?? [],
  };
}

function heldOf({ held, control }: RoomState, may: Rights): RoomView["held"] {
  const { is_beginning } = held;
  if (control.snapshot === null) return { free: [], kept_off: [], is_beginning };
  return {
    is_beginning,
    free: held.sources.filter((source) => may[source] === null),
    kept_off: held.is_read ? [] : held.sources.filter((source) => may[source] !== null),
  };
}

function removedOf({ removed, control }: RoomState): RoomView["removed"] {
  const isStillHere = control.snapshot?.participants.some((one) => one.id === removed?.id);
  return removed === null || isStillHere === true ? null : removed;
}

function phaseOf(state: RoomState): RoomView["phase"] {
  if (state.ending !== null) return "over";
  if (state.control.door !== null) return "waiting";
  return state.control.snapshot === null ? "joining" : "in";
}

export function viewOf(state: RoomState): RoomView {
  const { snapshot } = state.control;
  const may = rights(state);
  const people = (snapshot?.participants ?? []).map((one) =>
    personOf(state, one, snapshot?.you ?? ("" as ParticipantId)),
  );
  return {
    phase: phaseOf(state),
    is_held_off: state.control.is_held_off,
    is_dropped: state.control.is_dropped,
    report_ticket: state.control.report_ticket,
    is_linked: isUp(state.control),
    door: doorOf(state),
    meeting: snapshot?.meeting ?? null,
    me: people.find((one) => one.is_me) ?? null,
    may,
    settings: settingsOf(state),
    waiting: snapshot?.waiting ?? [],
    pending: state.control.outbox.map((one) => one.act),
    spotlight: people.find((one) => one.id === snapshot?.spotlight) ?? null,
    held: heldOf(state, may),
    asked_by: state.asked_by,
    refusal: state.refusal,
    removed: removedOf(state),
    notices: state.notices,
    report: state.report,
    others: people.filter((one) => !one.is_me),
    shares: sharesOf(state, people),
    chat: chatOf(state, may),
    unread: state.is_chat_shown ? 0 : unreadOf(state),
    sources: state.sources,
    is_sound_blocked: state.facts.is_sound_blocked,
    is_muted_hint_shown: state.muted_hint_until_ms !== null,
    trouble: troubleOf(state),
    announcement: state.announcements.spoken,
    ending: state.ending,
  };
}
