import { expect, test } from "vitest";
import { reuse } from "./reuse";

const ANN = { id: "ann", hand: null, tags: ["a", "b"] };
const BOB = { id: "bob", hand: null, tags: [] as string[] };
const CAT = { id: "cat", hand: null, tags: ["c"] };

function copy<Value>(value: Value): Value {
  return structuredClone(value);
}

test("what is equal is the one from before", () => {
  const before = { people: [ANN, BOB], rules: { chat: "all" }, count: 2 };
  expect(reuse(before, copy(before))).toBe(before);
});

test("what changed is new, and so is all that holds it; the rest stays", () => {
  const before = { people: [ANN, BOB], rules: { chat: "all" } };
  const next = copy(before);
  next.people[1] = { ...BOB, tags: ["up"] };
  const after = reuse(before, next);
  expect(after).toEqual(next);
  expect(after).not.toBe(before);
  expect(after.people).not.toBe(before.people);
  expect(after.people[0]).toBe(ANN);
  expect(after.rules).toBe(before.rules);
});

test("in a list that moves, entries are known by their id", () => {
  const after = reuse([ANN, BOB, CAT], copy([BOB, CAT]));
  expect(after[0]).toBe(BOB);
  expect(after[1]).toBe(CAT);
  expect(reuse([ANN, BOB], copy([BOB, ANN]))).toEqual([BOB, ANN]);
  expect(reuse([ANN], copy([ANN, ANN]))).toHaveLength(2);
});

test("nothing is kept that is not there any more, nor made up that was not", () => {
  expect(reuse({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
  expect(reuse({ a: 1 }, { a: 1, b: undefined })).toEqual({ a: 1, b: undefined });
  expect(reuse(null, ANN)).toBe(ANN);
  expect(reuse(ANN, null)).toBeNull();
  expect(reuse([1, 2], [2, 1])).toEqual([2, 1]);
  expect(reuse({ length: 0 }, [])).toEqual([]);
  expect(reuse(Number.NaN, Number.NaN)).toBeNaN();
});
