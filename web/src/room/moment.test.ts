import { expect, test } from "vitest";
import { earliest, retryDelay_ms } from "./moment";

test("the first attempt is quick, later ones wait longer, none more than two and a half seconds", () => {
  expect(retryDelay_ms(0, 0.9)).toBe(100);
  expect(retryDelay_ms(1, 0)).toBe(200);
  expect(retryDelay_ms(6, 0)).toBe(800);
  expect(retryDelay_ms(50, 1)).toBe(2500);
});

test("chance spreads attempts apart", () => {
  expect(retryDelay_ms(2, 1)).toBe(500);
  expect(retryDelay_ms(2, 0)).toBe(400);
});

test("the earliest of several deadlines leaves out those that are not set", () => {
  expect(earliest(null, 7, 3, null)).toBe(3);
  expect(earliest(null, null)).toBeNull();
  expect(earliest()).toBeNull();
});
