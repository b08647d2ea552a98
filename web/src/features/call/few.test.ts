import { expect, test } from "vitest";
import { fewMore, ROWS_A_FRAME } from "./few";

test("one more row shows at once", () => {
  expect(fewMore(0, 1)).toBe(1);
  expect(fewMore(19, 20)).toBe(20);
});

test("of twenty that come at once every frame shows a few, until all are there", () => {
  const counts = [0];
  while ((counts.at(-1) ?? 20) < 20) counts.push(fewMore(counts.at(-1) ?? 0, 20));
  expect(counts.slice(0, 3)).toEqual([0, ROWS_A_FRAME, 2 * ROWS_A_FRAME]);
  expect(counts.at(-1)).toBe(20);
});

test("rows that go, go at once", () => {
  expect(fewMore(20, 3)).toBe(3);
  expect(fewMore(20, 0)).toBe(0);
});
