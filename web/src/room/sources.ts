/**
 * What this participant sends: microphone, camera, screen. Each source has what is wanted and what is; a change
 * runs one at a time and, when it ends, the latest wish is compared again. Push to talk is a wish that ends with
 * the key.
 */
import type { Step } from "./moment";

export type Source = "microphone" | "camera" | "screen";

/** Why a source could not be had, as the person can act on it. */
export type SourceFailure =
  | "denied"
  | "missing"
  | "in-use"
  | "unsupported"
  | "cancelled"
  | "lost"
  | "unknown"
  /** Those who run the room turned it off. */
  | "by-host"
  /** The room does not allow it now. */
  | "not-allowed";

export interface SourceState {
  readonly wanted: boolean;
  readonly actual: boolean;
  readonly is_changing: boolean;
  readonly failure: SourceFailure | null;
}

export interface SourcesState {
  readonly microphone: SourceState;
  readonly camera: SourceState;
  readonly screen: SourceState;
  /** The microphone is on only while the key is held. */
  readonly is_pushing_to_talk: boolean;
}

export type SourcesInput =
  | { readonly type: "toggle"; readonly source: Source }
  | { readonly type: "changed"; readonly source: Source; readonly on: boolean }
  | { readonly type: "failed"; readonly source: Source; readonly failure: SourceFailure }
  | { readonly type: "ended"; readonly source: Source; readonly failure: SourceFailure | null }
  | { readonly type: "talk-key-pressed" }
  | { readonly type: "talk-key-released" }
  | { readonly type: "failure-dismissed"; readonly source: Source }
  /** Off, whatever was wished: the room does not allow it. */
  | { readonly type: "forbidden"; readonly source: Source; readonly failure: SourceFailure | null }
  | { readonly type: "all-off" };

export interface SetSource {
  readonly type: "set-source";
  readonly source: Source;
  readonly on: boolean;
}

type SourcesStep = Step<SourcesState, SetSource>;

const OFF: SourceState = { wanted: false, actual: false, is_changing: false, failure: null };

export function initialSources(microphone: boolean, camera: boolean): SourcesState {
  return {
    microphone: { ...OFF, wanted: microphone },
    camera: { ...OFF, wanted: camera },
    screen: OFF,
    is_pushing_to_talk: false,
  };
}

/** Starts the change that the wish asks for, unless one is running or none is needed. */
function reconcile(state: SourcesState, source: Source): SourcesStep {
  const one = state[source];
  if (one.is_changing || one.wanted === one.actual) return { state, effects: [] };
  return {
    state: { ...state, [source]: { ...one, is_changing: true } },
    effects: [{ type: "set-source", source, on: one.wanted }],
  };
}

function change(state: SourcesState, source: Source, to: Partial<SourceState>): SourcesStep {
  return reconcile({ ...state, [source]: { ...state[source], ...to } }, source);
}

function talk(state: SourcesState, pressed: boolean): SourcesStep {
  if (pressed === state.is_pushing_to_talk) return { state, effects: [] };
  if (pressed && state.microphone.wanted) return { state, effects: [] };
  return change({ ...state, is_pushing_to_talk: pressed }, "microphone", { wanted: pressed, failure: null });
}

type Kind = SourcesInput["type"];
type Of<K extends Kind> = Extract<SourcesInput, { type: K }>;

const ON_INPUT: { readonly [K in Kind]: (state: SourcesState, input: Of<K>) => SourcesStep } = {
  toggle: (state, { source }) => {
    const calm = source === "microphone" ? { ...state, is_pushing_to_talk: false } : state;
    return change(calm, source, { wanted: !state[source].wanted, failure: null });
  },
  changed: (state, { source, on }) => change(state, source, { actual: on, is_changing: false }),
  failed: (state, { source, failure }) =>
    change(state, source, { wanted: state[source].actual, is_changing: false, failure }),
  ended: (state, { source, failure }) =>
    change(state, source, { wanted: false, actual: false, is_changing: false, failure }),
  "talk-key-pressed": (state) => talk(state, true),
  "talk-key-released": (state) => talk(state, false),
  "failure-dismissed": (state, { source }) => change(state, source, { failure: null }),
  forbidden: (state, { source, failure }) => {
    const calm = source === "microphone" ? { ...state, is_pushing_to_talk: false } : state;
    return change(calm, source, { wanted: false, failure });
  },
  "all-off": (state) => ({
    state: { ...state, microphone: OFF, camera: OFF, screen: OFF, is_pushing_to_talk: false },
    effects: [],
  }),
};

function onInput<K extends Kind>(state: SourcesState, input: Of<K>): SourcesStep {
  return ON_INPUT[input.type](state, input);
}

export function stepSources(state: SourcesState, input: SourcesInput): SourcesStep {
  return onInput(state, input);
}

/** Starts whatever the first wishes ask for. */
export function startSources(state: SourcesState): SourcesStep {
  const first = reconcile(state, "microphone");
  const second = reconcile(first.state, "camera");
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}
