/**
 * The link to the media server, without the media library.
 *
 * The library resumes a broken link by itself (reconnecting → connected). When it gives up, this machine waits,
 * asks the control channel for a fresh grant and connects anew, for as long as the room lasts. Connections are
 * numbered: news of an older one is ignored.
 */
import { retryDelay_ms, type Moment, type Step } from "./moment";
import type { MediaCredentials, ParticipantId } from "./wire";

export type MediaPhase =
  | { readonly phase: "idle" }
  | { readonly phase: "connecting" }
  | { readonly phase: "connected" }
  | { readonly phase: "reconnecting" }
  | { readonly phase: "waiting"; readonly until_ms: number }
  | { readonly phase: "asking" }
  | { readonly phase: "ended" };

export interface MediaState {
  readonly link: MediaPhase;
  readonly connection: number;
  readonly as: ParticipantId | null;
  readonly attempt: number;
  /** Since when no media flows; null while connected or before the first grant. */
  readonly broken_since_ms: number | null;
  readonly was_connected: boolean;
}

export type MediaInput =
  | { readonly type: "granted"; readonly media: MediaCredentials; readonly as: ParticipantId }
  | { readonly type: "grant-refused" }
  | { readonly type: "connected"; readonly connection: number }
  | { readonly type: "reconnecting"; readonly connection: number }
  | { readonly type: "disconnected"; readonly connection: number }
  | { readonly type: "end" }
  | { readonly type: "tick" };

export type MediaEffect =
  | { readonly type: "connect-media"; readonly connection: number; readonly media: MediaCredentials }
  | { readonly type: "disconnect-media"; readonly connection: number }
  | { readonly type: "ask-grant" };

type MediaStep = Step<MediaState, MediaEffect>;

export const initialMedia: MediaState = {
  link: { phase: "idle" },
  connection: 0,
  as: null,
  attempt: 0,
  broken_since_ms: null,
  was_connected: false,
};

function only(state: MediaState, ...effects: MediaEffect[]): MediaStep {
  return { state, effects };
}

function connect(state: MediaState, media: MediaCredentials, as: ParticipantId, now_ms: number): MediaStep {
  const connection = state.connection + 1;
  const broken_since_ms = state.broken_since_ms ?? now_ms;
  const next: MediaState = { ...state, link: { phase: "connecting" }, connection, as, broken_since_ms };
  const open: MediaEffect = { type: "connect-media", connection, media };
  return state.connection === 0
    ? only(next, open)
    : only(next, { type: "disconnect-media", connection: state.connection }, open);
}

function granted(state: MediaState, media: MediaCredentials, as: ParticipantId, now_ms: number): MediaStep {
  const { phase } = state.link;
  if (phase === "ended") return only(state);
  const needed = phase === "idle" || phase === "waiting" || phase === "asking";
  return needed || state.as !== as ? connect(state, media, as, now_ms) : only(state);
}

function wait(state: MediaState, { now_ms, chance }: Moment): MediaStep {
  return only({
    ...state,
    link: { phase: "waiting", until_ms: now_ms + retryDelay_ms(state.attempt, chance) },
    attempt: state.attempt + 1,
    broken_since_ms: state.broken_since_ms ?? now_ms,
  });
}

const LINKED: ReadonlySet<MediaPhase["phase"]> = new Set([
  "connecting",
  "connected",
  "reconnecting",
] as const);

type Kind = MediaInput["type"];
type Of<K extends Kind> = Extract<MediaInput, { type: K }>;

const ON_INPUT: { readonly [K in Kind]: (state: MediaState, input: Of<K>, moment: Moment) => MediaStep } = {
  granted: (state, input, { now_ms }) => granted(state, input.media, input.as, now_ms),
  "grant-refused": (state, _, moment) => (state.link.phase === "asking" ? wait(state, moment) : only(state)),
  connected: (state) =>
    only({ ...state, link: { phase: "connected" }, attempt: 0, broken_since_ms: null, was_connected: true }),
  reconnecting: (state, _, { now_ms }) =>
    only({ ...state, link: { phase: "reconnecting" }, broken_since_ms: state.broken_since_ms ?? now_ms }),
  // The library may say the same end twice: as a failed attempt and as a lost link.
  disconnected: (state, _, moment) => (LINKED.has(state.link.phase) ? wait(state, moment) : only(state)),
  end: (state) =>
    only({ ...state, link: { phase: "ended" } }, { type: "disconnect-media", connection: state.connection }),
  tick: (state, _, { now_ms }) =>
    state.link.phase === "waiting" && now_ms >= state.link.until_ms
      ? only({ ...state, link: { phase: "asking" } }, { type: "ask-grant" })
      : only(state),
};

function onInput<K extends Kind>(state: MediaState, input: Of<K>, moment: Moment): MediaStep {
  return ON_INPUT[input.type](state, input, moment);
}

export function stepMedia(state: MediaState, input: MediaInput, moment: Moment): MediaStep {
  const stale = "connection" in input && input.connection !== state.connection;
  return stale || state.link.phase === "ended" ? only(state) : onInput(state, input, moment);
}

export function mediaDeadline_ms({ link }: MediaState): number | null {
  return link.phase === "waiting" ? link.until_ms : null;
}
