/** What the call shows: people, pictures, chat and trouble, derived from the room's state and nothing else. */
import type { Announcement } from "./announcements";
import { NO_MEDIA, type PictureKey, type Quality } from "./facts";
import { brokenSince_ms, type Ending, type RoomState } from "./room";
import type { SourcesState } from "./sources";
import type { MeetingFacts, MessageId, Participant, ParticipantId, Role } from "./wire";

export interface Person {
  readonly id: ParticipantId;
  readonly name: string;
  readonly role: Role;
  readonly is_me: boolean;
  readonly hand_raised_at: string | null;
  readonly is_muted: boolean;
  readonly is_speaking: boolean;
  readonly is_reconnecting: boolean;
  readonly quality: Quality;
  readonly camera: PictureKey | null;
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
}

/** A link that has been broken for a while: which, since when, and what is being done about it. */
export interface Trouble {
  readonly what: "everything" | "media" | "control";
  readonly since_ms: number;
  readonly doing: "resuming" | "connecting" | "waiting";
}

export interface RoomView {
  readonly phase: "joining" | "in" | "over";
  readonly meeting: MeetingFacts | null;
  /** Null until admitted. */
  readonly me: Person | null;
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
    is_me,
    hand_raised_at: participant.hand_raised_at,
    is_muted,
    is_speaking: media.is_speaking && !is_muted,
    is_reconnecting: !is_me && !participant.connected,
    quality: media.quality,
    camera: media.camera,
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

function chatOf({ control }: RoomState): ChatLine[] {
  const { snapshot, outgoing } = control;
  const written = (snapshot?.chat ?? []).map((message): ChatLine => ({
    message_id: message.message_id,
    name: message.name,
    is_mine: message.participant_id === snapshot?.you,
    text: message.text,
    at: message.at,
    state: "written",
    refusal: null,
  }));
  const waiting = outgoing.map((line): ChatLine => ({
    message_id: line.message_id,
    name: control.name,
    is_mine: true,
    text: line.text,
    at: null,
    state: line.state === "sent" ? "written" : line.state,
    refusal: line.refusal,
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

export function viewOf(state: RoomState): RoomView {
  const { snapshot } = state.control;
  const people = (snapshot?.participants ?? []).map((one) =>
    personOf(state, one, snapshot?.you ?? ("" as ParticipantId)),
  );
  return {
    phase: state.ending !== null ? "over" : snapshot === null ? "joining" : "in",
    meeting: snapshot?.meeting ?? null,
    me: people.find((one) => one.is_me) ?? null,
    others: people.filter((one) => !one.is_me),
    shares: sharesOf(state, people),
    chat: chatOf(state),
    unread: state.is_chat_shown ? 0 : unreadOf(state),
    sources: state.sources,
    is_sound_blocked: state.facts.is_sound_blocked,
    is_muted_hint_shown: state.muted_hint_until_ms !== null,
    trouble: troubleOf(state),
    announcement: state.announcements.spoken,
    ending: state.ending,
  };
}
