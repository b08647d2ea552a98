/**
 * A panel's rows by key: arrows walk, and two digits go to the row of that number. Each row has one control that
 * stands for it (`data-row`); a row with a number says it (`data-number`).
 */
import { useRef, type KeyboardEvent } from "react";
import { digitOf, isWriting, keyName } from "./keys";

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

/** How a row's number is shown and typed. */
export function shownNumber(number: number): string {
  return String(number).padStart(2, "0");
}

export interface Typed {
  /** The first digit of a number whose second is still to come; else empty. */
  readonly pending: string;
  /** A number that is complete with this key. */
  readonly number: string | null;
}

/** Two digits make a number, however slowly they come; any other key (null) begins anew. */
export function typeDigit(pending: string, digit: string | null): Typed {
  if (digit === null) return { pending: "", number: null };
  return pending === "" ? { pending: digit, number: null } : { pending: "", number: pending + digit };
}

function rowsOf(panel: Element): HTMLElement[] {
  return [...panel.querySelectorAll<HTMLElement>("[data-row]")];
}

/** The place of the row that holds an element; −1 when none does. */
export function rowHolding(rows: readonly HTMLElement[], element: Element | null): number {
  return rows.findIndex((row) => row === element || row.closest("li")?.contains(element));
}

/** Moves the focus among the rows of a panel; true when the key was for that. */
function walkRows(panel: Element, key: string): boolean {
  const rows = rowsOf(panel);
  const next = rowAfter(key, rowHolding(rows, document.activeElement), rows.length);
  if (next === null) return false;
  rows[next]?.focus();
  return true;
}

/** Focuses what can be worked in the row of this number: of choices, the one that is chosen. */
function goToNumber(panel: Element, number: string): void {
  const row = panel.querySelector(`[data-number="${number}"]`);
  const works = ["[data-row]", "input:checked:enabled", "input:enabled, select:enabled, button:enabled"];
  for (const selector of works) {
    const control = row?.querySelector<HTMLElement>(selector);
    if (control != null) return control.focus();
  }
}

/** Answers keys pressed in a panel: true when one was for its rows. `walks`: arrows go from row to row. */
export function useRowKeys({ walks }: { walks: boolean }): (event: KeyboardEvent<HTMLElement>) => boolean {
  const pending = useRef("");
  return (event) => {
    const { target, currentTarget: panel } = event;
    // Dialogs that a panel opens are outside of it in the page, though their events come by.
    const isHere = target instanceof Node && panel.contains(target);
    if (!isHere || isWriting(target) || event.key === "Shift") return false;
    const digit = digitOf(event);
    const typed = typeDigit(pending.current, digit);
    pending.current = typed.pending;
    if (typed.number !== null) goToNumber(panel, typed.number);
    const key = keyName(event);
    return digit !== null || (walks && key !== null && walkRows(panel, key));
  };
}
