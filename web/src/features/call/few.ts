/** Long lists that grow by a few rows a frame, so that a crowd takes no frame for itself alone. */
import { useEffect, useState } from "react";
import { afterFrame } from "./pace";

/** A row takes a few milliseconds to make on a slow computer, a frame is over in sixteen. */
export const ROWS_A_FRAME = 2;

/** How many rows to show of `count`, when `before` were there at the last frame. */
export function fewMore(before: number, count: number): number {
  return Math.min(count, before + ROWS_A_FRAME);
}

/**
 * How many rows of a list to show now: all of those it begins with, then a few more each frame. Rows that go, go at
 * once.
 */
export function useFewMore(count: number): number {
  const [before, setBefore] = useState(count);
  const shown = fewMore(before, count);
  useEffect(() => (shown === before ? undefined : afterFrame(() => setBefore(shown))), [shown, before]);
  return shown;
}
