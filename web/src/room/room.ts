/**
 * One participant's whole meeting: the control link, the media link, what this participant sends, what is worth
 * saying aloud. The machines beside this one keep their own state; this one hands news from one to the other.
 */
import {
  gather,
  initialAnnouncements,
  speakWhenDue,
  type AnnouncementsState,
  type HappeningKind,
} from "./announcements";
import {
  controlDeadline_ms,
  initialControl,
  stepControl,
  type Caller,
  type Claim,
  type ControlEffect,
  type ControlInput,
  type ControlState,
  type Ending,
} from "./control";
import { hold, holdBack, letGoOf, NOTHING_HELD, read, type Held } from "./held";
import { NO_FACTS, type MediaFacts } from "./facts";
import { happeningOf } from "./happenings";
import {
  initialMedia,
  mediaDeadline_ms,
  stepMedia,
  type MediaEffect,
  type MediaInput,
  type MediaState,
} from "./media";
import { earliest, type Moment, type Step } from "./moment";
import { rightsOf, SOURCES, type Rights } from "./rights";
import {
  initialSources,
  startSources,
  stepSources,
  type SetSource,
  type SourcesInput,
  type SourcesState,
} from "./sources";
import type { Act, HostNews, MessageId, ParticipantId, ReportedFrame, RoomEvent } from "./wire";

/** A link that mends itself sooner is not worth a banner. */
export const TROUBLE_SHOWN_AFTER_MS = 1200;
/** How long "You are muted" stays after the last word. */
export const MUTED_HINT_MS = 4000;

/** Something a participant asked for that the server refused, until they have read it. */
export interface Refusal {
  /** Counts up, so that the same refusal twice is told twice. */
  readonly number: number;
  readonly act: Act["type"];
  readonly code: string;
}

/** What the server noticed and those who run the room should see, until they have read it. */
export interface Notice {
  readonly number: number;
  readonly what: HostNews;
  readonly name: string;
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
  /** The devices wait for the door, unless the person opens the room. */
  readonly has_started_sources: boolean;
  readonly held: Held;
  /** Who asked this participant to speak, until they have answered. */
  readonly asked_by: string | null;
  readonly refusal: Refusal | null;
  /** Whom this participant asked to be removed, while it can be undone from here. */
  readonly removed: { readonly id: ParticipantId; readonly name: string } | null;
  readonly notices: readonly Notice[];
  /** The case this participant's report became. */
  readonly report: Pick<ReportedFrame, "case_number" | "secret"> | null;
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
  | { readonly type: "ask"; readonly act: Act }
  | { readonly type: "voice-while-muted" }
  | { readonly type: "answer-unmute"; readonly unmute: boolean }
  | { readonly type: "answer-held"; readonly on: boolean }
  | { readonly type: "dismiss-refusal" }
  | { readonly type: "dismiss-removed" }
  | { readonly type: "dismiss-notice"; readonly number: number }
  | { readonly type: "forget-report" }
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

export interface Wishes extends Caller {
  readonly microphone: boolean;
  readonly camera: boolean;
  /** Who opens the room waits for nobody: the devices may start with the press. */
  readonly is_opening: boolean;
  /** A place of before, to be taken back. */
  readonly place: Claim | null;
  /** The page was loaded again: it goes back where it was, or nowhere. */
  readonly is_reload: boolean;
}

export function initialRoom(wishes: Wishes): RoomState {
  return {
    control: initialControl(
      { name: wishes.name, invitation: wishes.invitation, passcode: wishes.passcode },
      wishes.place,
      wishes.is_reload,
    ),
    media: initialMedia,
    sources: initialSources(wishes.microphone, wishes.camera),
    announcements: initialAnnouncements,
    facts: NO_FACTS,
    sharing: [],
    is_chat_shown: false,
    read_sequence: 0,
    is_trouble_shown: false,
    muted_hint_until_ms: null,
    has_started_sources: wishes.is_opening,
    held: NOTHING_HELD,
    asked_by: null,
    refusal: null,
    removed: null,
    notices: [],
    report: null,
    ending: null,
  };
}

function andThen(first: RoomStep, next: (state: RoomState) => RoomStep): RoomStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

function say(state: RoomState, kind: HappeningKind, name: string, now_ms: number): RoomState {
  return { ...state, announcements: gather(state.announcements, { kind, name }, now_ms) };
}

function nameOf(state: RoomState, id: ParticipantId): string {
  const { participants = [], waiting } = state.control.snapshot ?? {};
  return [...participants, ...(waiting ?? [])].find((one) => one.id === id)?.name ?? "";
}

function tellEvent(state: RoomState, event: RoomEvent, before: RoomState, now_ms: number): RoomState {
  const noted = event.type === "host-told" ? note(state, event.what, event.name) : state;
  const happening = happeningOf(event, before.control.snapshot, state.control.snapshot?.you);
  return happening === null ? noted : say(noted, happening.kind, happening.name, now_ms);
}

function note(state: RoomState, what: HostNews, name: string): RoomState {
  const number = (state.notices.at(-1)?.number ?? 0) + 1;
  return { ...state, notices: [...state.notices, { number, what, name }] };
}

/** What this participant may do now. */
export function rights(state: RoomState): Rights {
  return rightsOf(state.control.snapshot);
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
  "act-done": (state) => ({ state, effects: [] }),
  "act-refused": (state, { act: refused, code }, _, moment) =>
    refused.type === "renew-media"
      ? moveMedia(state, { type: "grant-refused" }, moment)
      : { state: refuse(state, refused.type, code), effects: [] },
  "asked-to-unmute": (state, { by }, _, { now_ms }) => ({
    state: say({ ...state, asked_by: by }, "asked-to-unmute", by, now_ms),
    effects: [],
  }),
  reported: (state, { case_number, secret }) => ({
    state: { ...state, report: { case_number, secret } },
    effects: [],
  }),
  ended: (state, { code, message, reason }, _, moment) => end(state, { code, message, reason }, moment),
};

/** A removal can be undone by whoever asked for it, until they have read that it was done. */
function askedFor(state: RoomState, asked: Act): RoomState {
  // Who knocked again and is kept out for good is not offered a way back in the same breath.
  const isBanned = asked.type === "ban" && nameOf(state, asked.participant_id) === state.removed?.name;
  if (asked.type === "let-back" || isBanned) return { ...state, removed: null };
  if (asked.type !== "remove") return state;
  return { ...state, removed: { id: asked.participant_id, name: nameOf(state, asked.participant_id) } };
}

/** A refused line says so where it stands. */
function refuse(state: RoomState, act: Act["type"], code: string): RoomState {
  if (act === "send-chat") return state;
  return { ...state, refusal: { number: (state.refusal?.number ?? 0) + 1, act, code } };
}

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
  const read = { ...moved, state: readChat(moved.state, state) };
  return andThen(read, (next) => (next.ending === null ? followRoom(next) : { state: next, effects: [] }));
}

/** The devices follow the room: on once the person is in, off at the door, off where the room does not allow them. */
function followRoom(state: RoomState): RoomStep {
  const { snapshot, link } = state.control;
  if (link.phase === "at-door") return letGo(state);
  if (snapshot === null) return { state, effects: [] };
  const started = state.has_started_sources ? { state, effects: [] } : arrive(state);
  return andThen(started, obey);
}

function letGo(state: RoomState): RoomStep {
  const isAnyOn = SOURCES.some((source) => state.sources[source].actual || state.sources[source].is_changing);
  if (!isAnyOn) return { state, effects: [] };
  const sources = stepSources(state.sources, { type: "all-off" }).state;
  return {
    state: { ...state, sources, has_started_sources: true },
    effects: [{ type: "stop-sources" }],
  };
}

/** What one had on goes on with the seat one gets back; who arrives begins as the room has it, and is told so. */
function arrive(state: RoomState): RoomStep {
  const { snapshot, was_resumed } = state.control;
  const startsMuted = snapshot?.rules.starts_muted === true && !rights(state).is_moderator && !was_resumed;
  const held = holdBack(state, (source) => rights(state)[source] !== null, startsMuted);
  const wishes = startsMuted ? initialSources(false, false) : held.sources;
  const sources = startSources(wishes);
  const next = { ...state, held: held.held, has_started_sources: true, sources: sources.state };
  return { state: next, effects: sources.effects };
}

/** One act turns on what was held back and may be on now; what may not is read, and offered when it may. */
function answerHeld(state: RoomState, on: boolean): RoomStep {
  const may = rights(state);
  const free = state.held.sources.filter((source) => may[source] === null);
  let step: RoomStep = {
    state: { ...state, held: read(letGoOf(state.held, (one) => free.includes(one))) },
    effects: [],
  };
  if (!on) return step;
  for (const source of free) {
    if (step.state.sources[source].wanted) continue;
    step = andThen(step, (next) => moveSources(next, { type: "toggle", source }));
  }
  return step;
}

function obey(state: RoomState): RoomStep {
  const may = rights(state);
  let step: RoomStep = { state, effects: [] };
  for (const source of SOURCES) {
    const { wanted, failure } = step.state.sources[source];
    // Where the room says by a banner that all is off, a word about each device would be one too many.
    if (may[source] === null || (!wanted && failure !== "by-host")) continue;
    step = { ...step, state: { ...step.state, held: hold(step.state.held, source) } };
    step = andThen(step, (next) => moveSources(next, { type: "forbidden", source, failure: null }));
  }
  return step;
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

/** A wish that the room does not allow is told so instead of tried. */
function wish(state: RoomState, input: SourcesInput): RoomStep {
  const may = rights(state);
  if (input.type === "talk-key-pressed" && may.microphone !== null) return { state, effects: [] };
  if (input.type === "ended" && input.failure === "by-host" && may[input.source] !== null) {
    return moveSources({ ...state, held: hold(state.held, input.source) }, { ...input, failure: null });
  }
  const isTurningOn = input.type === "toggle" && !state.sources[input.source].wanted;
  return isTurningOn && may[input.source] !== null
    ? moveSources(state, { type: "forbidden", source: input.source, failure: "not-allowed" })
    : moveSources(state, input);
}

function moveSources(state: RoomState, input: SourcesInput): RoomStep {
  const step = stepSources(state.sources, input);
  const isOn = step.state.microphone.wanted;
  const muted_hint_until_ms = isOn ? null : state.muted_hint_until_ms;
  const asked_by = isOn ? null : state.asked_by;
  const held = letGoOf(state.held, (source) => step.state[source].wanted);
  const next = { ...state, sources: step.state, muted_hint_until_ms, asked_by, held };
  return { state: next, effects: step.effects };
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
    if (!next.has_started_sources) return { state: next, effects: [] };
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
  sources: (state, { input }) => (state.ending === null ? wish(state, input) : { state, effects: [] }),
  facts: (state, { facts }, { now_ms }) => ({ state: takeFacts(state, facts, now_ms), effects: [] }),
  say: (state, { message_id, text }, moment) => act(state, { type: "send-chat", message_id, text }, moment),
  "set-hand": (state, { raised }, moment) =>
    act(state, { type: raised ? "raise-hand" : "lower-hand" }, moment),
  ask: (state, { act: asked }, moment) => act(askedFor({ ...state, refusal: null }, asked), asked, moment),
  "dismiss-removed": (state) => ({ state: { ...state, removed: null }, effects: [] }),
  "answer-unmute": (state, { unmute }) => {
    const answered = { ...state, asked_by: null };
    return unmute && !state.sources.microphone.wanted
      ? wish(answered, { type: "toggle", source: "microphone" })
      : { state: answered, effects: [] };
  },
  "answer-held": (state, { on }) => answerHeld(state, on),
  "dismiss-refusal": (state) => ({ state: { ...state, refusal: null }, effects: [] }),
  "dismiss-notice": (state, { number }) => ({
    state: { ...state, notices: state.notices.filter((one) => one.number !== number) },
    effects: [],
  }),
  "forget-report": (state) => ({ state: { ...state, report: null }, effects: [] }),
  "show-chat": (state, { shown }) => {
    const read_sequence = shown ? (state.control.snapshot?.sequence ?? 0) : state.read_sequence;
    return { state: { ...state, is_chat_shown: shown, read_sequence }, effects: [] };
  },
  "voice-while-muted": (state, _, { now_ms }) =>
    state.sources.microphone.wanted
      ? { state, effects: [] }
      : { state: { ...state, muted_hint_until_ms: now_ms + MUTED_HINT_MS }, effects: [] },
  // Hung up from here, at once: a link that the server ends makes the library negotiate with what is gone.
  leave: (state, _, moment) =>
    andThen(moveControl(state, { type: "leave" }, moment), (next) =>
      moveMedia(next, { type: "end" }, moment),
    ),
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
