import { expect, test } from "vitest";
import { rowAfter, shownNumber, typeDigit } from "./rows";

test("arrows walk the rows and stop at the ends", () => {
  expect(rowAfter("ArrowDown", -1, 3)).toBe(0);
  expect(rowAfter("ArrowDown", 1, 3)).toBe(2);
  expect(rowAfter("ArrowDown", 2, 3)).toBe(2);
  expect(rowAfter("ArrowUp", 2, 3)).toBe(1);
  expect(rowAfter("ArrowUp", -1, 3)).toBe(0);
  expect(rowAfter("End", 0, 3)).toBe(2);
  expect(rowAfter("Home", 2, 3)).toBe(0);
});

test("other keys, and panels without rows, are none of this", () => {
  expect(rowAfter("a", 0, 3)).toBeNull();
  expect(rowAfter("constructor", 0, 3)).toBeNull();
  expect(rowAfter("ArrowDown", -1, 0)).toBeNull();
});

test("two digits are a number, and what comes between them begins anew", () => {
  expect(typeDigit("", "1")).toEqual({ pending: "1", number: null });
  expect(typeDigit("1", "7")).toEqual({ pending: "", number: "17" });
  expect(typeDigit("1", null)).toEqual({ pending: "", number: null });
});

test("a number is typed as it is shown", () => {
  expect(shownNumber(7)).toBe("07");
  expect(shownNumber(42)).toBe("42");
});
