/** Walking a panel's rows with the arrow keys: each row has one control that stands for it (`data-row`). */

const STEPS: ReadonlyMap<string, (at: number, count: number) => number> = new Map([
  ["ArrowDown", (at: number, count: number) => Math.min(at + 1, count - 1)],
  ["ArrowUp", (at: number) => Math.max(at - 1, 0)],
  ["Home", () => 0],
  ["End", (_: number, count: number) => count - 1],
]);

/** Where a key leads from row `at` (−1: none has the focus) of `count`; null when it is no such key. */
export function rowAfter(key: string, at: number, count: number): number | null {
  const step = STEPS.get(key);
  return step === undefined || count === 0 ? null : step(at, count);
}

/** Moves the focus among the rows of a panel; true when the key was for that. */
export function walkRows(panel: Element, key: string): boolean {
  const rows = [...panel.querySelectorAll<HTMLElement>("[data-row]")];
  const active = document.activeElement;
  const own = rows.findIndex((row) => row === active || row.closest("li")?.contains(active));
  const next = rowAfter(key, own, rows.length);
  if (next === null) return false;
  rows[next]?.focus();
  return true;
}
