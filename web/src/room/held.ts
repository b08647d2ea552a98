/**
 * Devices that somebody chose before joining, or had on, and that the room keeps off: remembered, so that one act turns
 * them on once they may be. Nothing here ever turns one on by itself.
 */
import type { SourcesState } from "./sources";

export type HeldSource = "microphone" | "camera";

export interface Held {
  readonly sources: readonly HeldSource[];
  /** The person has read that they are off. */
  readonly is_read: boolean;
  /** They are off because the room begins so, and for no other reason. */
  readonly is_beginning: boolean;
}

export const NOTHING_HELD: Held = { sources: [], is_read: false, is_beginning: false };

const HOLDABLE: readonly HeldSource[] = ["microphone", "camera"];

function isHoldable(source: string): source is HeldSource {
  return source === "microphone" || source === "camera";
}

/** The wishes less those the room does not fulfil, and these for later. */
export function holdBack(
  { sources, held }: { readonly sources: SourcesState; readonly held: Held },
  isForbidden: (source: HeldSource) => boolean,
  startsMuted: boolean,
): { readonly sources: SourcesState; readonly held: Held } {
  const off = HOLDABLE.filter((source) => sources[source].wanted && (startsMuted || isForbidden(source)));
  let rest = sources;
  for (const source of off) rest = { ...rest, [source]: { ...rest[source], wanted: false } };
  const begun = { sources: off, is_read: false, is_beginning: !off.some(isForbidden) };
  return { sources: rest, held: off.length === 0 ? held : begun };
}

/** Something that was on is off by the room's rules, which the room says by itself. */
export function hold(held: Held, source: string): Held {
  if (!isHoldable(source) || held.sources.includes(source)) return held;
  return { sources: [...held.sources, source], is_read: true, is_beginning: false };
}

export function letGoOf(held: Held, isDone: (source: HeldSource) => boolean): Held {
  const sources = held.sources.filter((source) => !isDone(source));
  return sources.length === held.sources.length ? held : { ...held, sources };
}

export function read(held: Held): Held {
  return held.is_read ? held : { ...held, is_read: true };
}
