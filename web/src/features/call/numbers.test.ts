import { expect, test } from "vitest";
import type { ParticipantId } from "../../room/wire";
import { MOST_NUMBERS, NO_NUMBERS, numbered } from "./numbers";

function ids(...names: string[]): ParticipantId[] {
  return names as ParticipantId[];
}

function crowd(prefix: string, count: number): ParticipantId[] {
  return ids(...Array.from({ length: count }, (_, index) => `${prefix}${index}`));
}

test("everybody gets a number in the order they came, and keeps it", () => {
  const first = numbered(NO_NUMBERS, ids("ann", "bob", "cat"));
  expect([...first]).toEqual([
    ["ann", 1],
    ["bob", 2],
    ["cat", 3],
  ]);
  const after = numbered(first, ids("cat", "dan"));
  expect(after.get(ids("cat")[0]!)).toBe(3);
  expect(after.get(ids("dan")[0]!)).toBe(4);
});

test("nothing changes while nobody comes", () => {
  const first = numbered(NO_NUMBERS, ids("ann", "bob"));
  expect(numbered(first, ids("bob"))).toBe(first);
});

test("the number of who went is another's only when no other is left", () => {
  const full = numbered(NO_NUMBERS, crowd("a", MOST_NUMBERS));
  const present = [...crowd("a", MOST_NUMBERS).filter((id) => id !== "a4" && id !== "a9"), ...ids("late")];
  const after = numbered(full, present);
  expect(after.get(ids("late")[0]!)).toBe(5);
  expect(after.has(ids("a4")[0]!)).toBe(false);
  expect(after.get(ids("a9")[0]!)).toBe(10);
});

test("where all numbers are taken, whoever else comes has none", () => {
  const all = crowd("a", MOST_NUMBERS + 5);
  const full = numbered(NO_NUMBERS, all);
  expect(full.size).toBe(MOST_NUMBERS);
  expect(numbered(full, all)).toBe(full);
});
