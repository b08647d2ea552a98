/**
 * One participant's whole meeting: the control link, the media link, what this participant sends, what is worth
 * saying aloud. The machines beside this one keep their own state; this one hands news from one to the other.
 */
import {
  gather,
  initialAnnouncements,
  speakWhenDue,
  type AnnouncementsState,
  type Happening,
} from "./announcements";
import {
  controlDeadline_ms,
  initialControl,
  stepControl,
  type Act,
  type ControlEffect,
  type ControlInput,
  type ControlState,
} from "./control";
import { NO_FACTS, type MediaFacts } from "./facts";
import {
  initialMedia,
  mediaDeadline_ms,
  stepMedia,
  type MediaEffect,
  type MediaInput,
  type MediaState,
} from "./media";
import { earliest, type Moment, type Step } from "./moment";
import {
  initialSources,
  startSources,
  stepSources,
  type SetSource,
  type SourcesInput,
  type SourcesState,
} from "./sources";
import type { MessageId, ParticipantId, RoomEvent } from "./wire";

/** A link that mends itself sooner is not worth a banner. */
export const TROUBLE_SHOWN_AFTER_MS = 1200;
/** How long "You are muted" stays after the last word. */
export const MUTED_HINT_MS = 4000;

export interface Ending {
  readonly code: string;
  readonly message: string;
}

export interface RoomState {
  readonly control: ControlState;
  readonly media: MediaState;
  readonly sources: SourcesState;
  readonly announcements: AnnouncementsState;
  readonly facts: MediaFacts;
  /** Who shares a screen, in the order they began. */
  readonly sharing: readonly ParticipantId[];
  readonly is_chat_shown: boolean;
  /** Chat up to this place in the room's sequence has been seen. */
  readonly read_sequence: number;
  /** A broken link has lasted long enough to be shown. */
  readonly is_trouble_shown: boolean;
  /** Until when "You are muted" is shown. */
  readonly muted_hint_until_ms: number | null;
  readonly ending: Ending | null;
}

export type RoomInput =
  | { readonly type: "join" }
  | { readonly type: "control"; readonly input: ControlInput }
  | { readonly type: "media"; readonly input: MediaInput }
  | { readonly type: "sources"; readonly input: SourcesInput }
  | { readonly type: "facts"; readonly facts: MediaFacts }
  | { readonly type: "say"; readonly message_id: MessageId; readonly text: string }
  | { readonly type: "set-hand"; readonly raised: boolean }
  | { readonly type: "show-chat"; readonly shown: boolean }
  | { readonly type: "voice-while-muted" }
  | { readonly type: "leave" }
  | { readonly type: "tick" };

type ForControl = Extract<ControlEffect, { type: "open-socket" | "close-socket" | "send-frame" }>;
type ForMedia = Exclude<MediaEffect, { type: "ask-grant" }>;

export type RoomEffect =
  | ForControl
  | ForMedia
  | SetSource
  | { readonly type: "stop-sources" }
  | ({ readonly type: "ended" } & Ending);

export type RoomStep = Step<RoomState, RoomEffect>;

export interface Wishes {
  readonly name: string;
  readonly microphone: boolean;
  readonly camera: boolean;
}

export function initialRoom(wishes: Wishes): RoomState {
  return {
    control: initialControl(wishes.name),
    media: initialMedia,
    sources: initialSources(wishes.microphone, wishes.camera),
    announcements: initialAnnouncements,
    facts: NO_FACTS,
    sharing: [],
    is_chat_shown: false,
    read_sequence: 0,
    is_trouble_shown: false,
    muted_hint_until_ms: null,
    ending: null,
  };
}

function andThen(first: RoomStep, next: (state: RoomState) => RoomStep): RoomStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

function say(state: RoomState, kind: Happening["kind"], name: string, now_ms: number): RoomState {
  return { ...state, announcements: gather(state.announcements, { kind, name }, now_ms) };
}

function nameOf(state: RoomState, id: ParticipantId): string {
  return state.control.snapshot?.participants.find((one) => one.id === id)?.name ?? "";
}

/** Who an event is about and what kind of happening it is; null for what nobody needs to hear. */
function happeningOf(event: RoomEvent, before: RoomState): [ParticipantId, Happening] | null {
  switch (event.type) {
    case "participant-joined":
      return [event.participant.id, { kind: "joined", name: event.participant.name }];
    case "participant-left":
      return [event.participant_id, { kind: "left", name: nameOf(before, event.participant_id) }];
    case "hand-raised":
      return [event.participant_id, { kind: "hand-raised", name: nameOf(before, event.participant_id) }];
    case "hand-lowered":
      return [event.participant_id, { kind: "hand-lowered", name: nameOf(before, event.participant_id) }];
    case "chat-posted":
      return [event.message.participant_id, { kind: "chat", name: event.message.name }];
    default:
      return null;
  }
}

function tellEvent(state: RoomState, event: RoomEvent, before: RoomState, now_ms: number): RoomState {
  const found = happeningOf(event, before);
  if (found === null || found[0] === state.control.snapshot?.you || found[1].name === "") return state;
  return say(state, found[1].kind, found[1].name, now_ms);
}

function end(state: RoomState, ending: Ending, moment: Moment): RoomStep {
  const media = stepMedia(state.media, { type: "end" }, moment);
  const sources = stepSources(state.sources, { type: "all-off" });
  return {
    state: { ...state, media: media.state, sources: sources.state, facts: NO_FACTS, sharing: [], ending },
    effects: [...toRoom(media.effects), { type: "stop-sources" }, { type: "ended", ...ending }],
  };
}

function toRoom(effects: readonly MediaEffect[]): ForMedia[] {
  return effects.filter((effect): effect is ForMedia => effect.type !== "ask-grant");
}

function moveMedia(state: RoomState, input: MediaInput, moment: Moment): RoomStep {
  const step = stepMedia(state.media, input, moment);
  const moved: RoomStep = { state: { ...state, media: step.state }, effects: toRoom(step.effects) };
  const asks = step.effects.some((effect) => effect.type === "ask-grant");
  return asks ? andThen(moved, (next) => act(next, { type: "renew-media" }, moment)) : moved;
}

type Kind = ControlEffect["type"];
type Of<K extends Kind> = Extract<ControlEffect, { type: K }>;
type OnEffect<K extends Kind> = (
  state: RoomState,
  effect: Of<K>,
  before: RoomState,
  moment: Moment,
) => RoomStep;

const ON_CONTROL: { readonly [K in Kind]: OnEffect<K> } = {
  "open-socket": (state, effect) => ({ state, effects: [effect] }),
  "close-socket": (state, effect) => ({ state, effects: [effect] }),
  "send-frame": (state, effect) => ({ state, effects: [effect] }),
  "media-granted": (state, { media, as }, _, moment) =>
    moveMedia(state, { type: "granted", media, as }, moment),
  "event-applied": (state, { event }, before, { now_ms }) => ({
    state: tellEvent(state, event, before, now_ms),
    effects: [],
  }),
  "act-refused": (state, { act: refused }, _, moment) =>
    refused.type === "renew-media"
      ? moveMedia(state, { type: "grant-refused" }, moment)
      : { state, effects: [] },
  ended: (state, { code, message }, _, moment) => end(state, { code, message }, moment),
};

function onControl<K extends Kind>(
  state: RoomState,
  effect: Of<K>,
  before: RoomState,
  moment: Moment,
): RoomStep {
  return ON_CONTROL[effect.type](state, effect, before, moment);
}

function moveControl(state: RoomState, input: ControlInput, moment: Moment): RoomStep {
  const step = stepControl(state.control, input, moment);
  let moved: RoomStep = { state: { ...state, control: step.state }, effects: [] };
  for (const effect of step.effects) {
    moved = andThen(moved, (next) => onControl(next, effect, state, moment));
  }
  return { ...moved, state: readChat(moved.state, state) };
}

/** What was written before this participant came, or while the chat is in view, counts as read. */
function readChat(state: RoomState, before: RoomState): RoomState {
  const { snapshot } = state.control;
  if (snapshot === null) return state;
  const isFirst = before.control.snapshot === null && before.read_sequence === 0;
  return isFirst || state.is_chat_shown ? { ...state, read_sequence: snapshot.sequence } : state;
}

function act(state: RoomState, wanted: Act, moment: Moment): RoomStep {
  return moveControl(state, { type: "act", act: wanted }, moment);
}

function moveSources(state: RoomState, input: SourcesInput): RoomStep {
  const step = stepSources(state.sources, input);
  const muted_hint_until_ms = step.state.microphone.wanted ? null : state.muted_hint_until_ms;
  return { state: { ...state, sources: step.state, muted_hint_until_ms }, effects: step.effects };
}

function sharersOf(state: RoomState, facts: MediaFacts): ParticipantId[] {
  const ids = Object.keys(facts.people) as ParticipantId[];
  const others = ids.filter((id) => facts.people[id]?.screen != null);
  const you = state.control.snapshot?.you;
  return facts.own.screen !== null && you !== undefined ? [...others, you] : others;
}

function takeFacts(state: RoomState, facts: MediaFacts, now_ms: number): RoomState {
  if (state.ending !== null) return state;
  const now = sharersOf(state, facts);
  const begun = now.filter((id) => !state.sharing.includes(id));
  const over = state.sharing.filter((id) => !now.includes(id));
  let next: RoomState = { ...state, facts };
  if (begun.length === 0 && over.length === 0) return next;
  const you = state.control.snapshot?.you;
  for (const id of over) if (id !== you) next = say(next, "share-ended", nameOf(state, id), now_ms);
  for (const id of begun) if (id !== you) next = say(next, "share-started", nameOf(state, id), now_ms);
  return { ...next, sharing: [...state.sharing.filter((id) => now.includes(id)), ...begun] };
}

/** Since when something the person would notice is broken; null while all is well, and before the first arrival. */
export function brokenSince_ms({ control, media, ending }: RoomState): number | null {
  if (ending !== null || control.snapshot === null) return null;
  return earliest(control.broken_since_ms, media.broken_since_ms);
}

function watchTrouble(state: RoomState, now_ms: number): RoomState {
  const since_ms = brokenSince_ms(state);
  if (since_ms === null) {
    if (!state.is_trouble_shown) return state;
    const calm = { ...state, is_trouble_shown: false };
    return state.ending === null ? say(calm, "connection-back", "", now_ms) : calm;
  }
  if (state.is_trouble_shown || now_ms < since_ms + TROUBLE_SHOWN_AFTER_MS) return state;
  return say({ ...state, is_trouble_shown: true }, "connection-lost", "", now_ms);
}

function hideMutedHint(state: RoomState, now_ms: number): RoomState {
  const { muted_hint_until_ms: until_ms } = state;
  return until_ms !== null && now_ms >= until_ms ? { ...state, muted_hint_until_ms: null } : state;
}

function settle(step: RoomStep, { now_ms }: Moment): RoomStep {
  const watched = hideMutedHint(watchTrouble(step.state, now_ms), now_ms);
  const announcements = speakWhenDue(watched.announcements, now_ms);
  return { state: { ...watched, announcements }, effects: step.effects };
}

function join(state: RoomState, moment: Moment): RoomStep {
  const opened = moveControl(state, { type: "join" }, moment);
  return andThen(opened, (next) => {
    const sources = startSources(next.sources);
    return { state: { ...next, sources: sources.state }, effects: sources.effects };
  });
}

type InputKind = RoomInput["type"];
type InputOf<K extends InputKind> = Extract<RoomInput, { type: K }>;

const ON_INPUT: { readonly [K in InputKind]: (s: RoomState, i: InputOf<K>, m: Moment) => RoomStep } = {
  join: (state, _, moment) => join(state, moment),
  control: (state, { input }, moment) => moveControl(state, input, moment),
  media: (state, { input }, moment) => moveMedia(state, input, moment),
  sources: (state, { input }) => (state.ending === null ? moveSources(state, input) : { state, effects: [] }),
  facts: (state, { facts }, { now_ms }) => ({ state: takeFacts(state, facts, now_ms), effects: [] }),
  say: (state, { message_id, text }, moment) => act(state, { type: "send-chat", message_id, text }, moment),
  "set-hand": (state, { raised }, moment) =>
    act(state, { type: raised ? "raise-hand" : "lower-hand" }, moment),
  "show-chat": (state, { shown }) => {
    const read_sequence = shown ? (state.control.snapshot?.sequence ?? 0) : state.read_sequence;
    return { state: { ...state, is_chat_shown: shown, read_sequence }, effects: [] };
  },
  "voice-while-muted": (state, _, { now_ms }) =>
    state.sources.microphone.wanted
      ? { state, effects: [] }
      : { state: { ...state, muted_hint_until_ms: now_ms + MUTED_HINT_MS }, effects: [] },
  leave: (state, _, moment) => moveControl(state, { type: "leave" }, moment),
  tick: (state, _, moment) => {
    const controlled = moveControl(state, { type: "tick" }, moment);
    return andThen(controlled, (next) => moveMedia(next, { type: "tick" }, moment));
  },
};

function onInput<K extends InputKind>(state: RoomState, input: InputOf<K>, moment: Moment): RoomStep {
  return ON_INPUT[input.type](state, input, moment);
}

export function stepRoom(state: RoomState, input: RoomInput, moment: Moment): RoomStep {
  return settle(onInput(state, input, moment), moment);
}

/** When the room wants its next tick; null while only the outside can move it. */
export function roomDeadline_ms(state: RoomState): number | null {
  const since_ms = brokenSince_ms(state);
  const trouble_ms = since_ms === null || state.is_trouble_shown ? null : since_ms + TROUBLE_SHOWN_AFTER_MS;
  return earliest(
    controlDeadline_ms(state.control),
    mediaDeadline_ms(state.media),
    state.announcements.due_ms,
    state.muted_hint_until_ms,
    trouble_ms,
  );
}
