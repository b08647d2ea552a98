/**
 * What a screen reader is told, politely and merged: things that happen within a moment of one another become one
 * announcement, so three arrivals are one message.
 */
export const MERGE_WINDOW_MS = 1500;

export type HappeningKind =
  | "joined"
  | "left"
  | "hand-raised"
  | "hand-lowered"
  | "chat"
  | "share-started"
  | "share-ended"
  | "connection-lost"
  | "connection-back"
  | "waiting"
  | "stopped-waiting"
  | "locked"
  | "unlocked"
  | "frozen"
  | "thawed"
  | "paused"
  | "resumed"
  | "asked-to-unmute"
  | "host-told";

export interface Happening {
  readonly kind: HappeningKind;
  /** Whom it is about; empty when it is about this page. */
  readonly name: string;
}

export interface Announcement {
  /** Counts up, so that the same words twice are two announcements. */
  readonly number: number;
  /** Names by kind, in the order they happened, each once. */
  readonly names: Readonly<Partial<Record<HappeningKind, readonly string[]>>>;
}

export interface AnnouncementsState {
  readonly gathered: readonly Happening[];
  readonly due_ms: number | null;
  readonly spoken: Announcement | null;
}

export const initialAnnouncements: AnnouncementsState = { gathered: [], due_ms: null, spoken: null };

export function gather(state: AnnouncementsState, happening: Happening, now_ms: number): AnnouncementsState {
  return {
    ...state,
    gathered: [...state.gathered, happening],
    due_ms: state.due_ms ?? now_ms + MERGE_WINDOW_MS,
  };
}

/** Somebody who came and went within the window, or the reverse, is not worth a word. */
const CANCELS: Partial<Record<HappeningKind, HappeningKind>> = {
  left: "joined",
  "hand-lowered": "hand-raised",
  "share-ended": "share-started",
  "connection-back": "connection-lost",
  "stopped-waiting": "waiting",
  unlocked: "locked",
  thawed: "frozen",
  resumed: "paused",
};

/** These cancel what came before and are worth no word of their own. */
const UNSPOKEN: ReadonlySet<HappeningKind> = new Set<HappeningKind>(["stopped-waiting"]);

function merge(gathered: readonly Happening[]): Happening[] {
  const kept: Happening[] = [];
  for (const happening of gathered) {
    const opposite = CANCELS[happening.kind];
    const met = kept.findIndex((one) => one.kind === opposite && one.name === happening.name);
    if (met >= 0) kept.splice(met, 1);
    else if (UNSPOKEN.has(happening.kind)) continue;
    else if (!kept.some((one) => one.kind === happening.kind && one.name === happening.name))
      kept.push(happening);
  }
  return kept;
}

export function speakWhenDue(state: AnnouncementsState, now_ms: number): AnnouncementsState {
  if (state.due_ms === null || now_ms < state.due_ms) return state;
  const names: Partial<Record<HappeningKind, string[]>> = {};
  for (const { kind, name } of merge(state.gathered)) (names[kind] ??= []).push(name);
  if (Object.keys(names).length === 0) return { ...state, gathered: [], due_ms: null };
  const number = (state.spoken?.number ?? 0) + 1;
  return { gathered: [], due_ms: null, spoken: { number, names } };
}
