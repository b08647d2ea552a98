import { expect, it } from "vitest";
import { daysBetween, firstName, partOfDay } from "./greeting";

it.each([
  [3, "evening"],
  [4, "morning"],
  [11, "morning"],
  [12, "afternoon"],
  [17, "afternoon"],
  [18, "evening"],
  [23, "evening"],
] as const)("at %i o’clock it is %s", (hour, part) => {
  expect(partOfDay(hour)).toBe(part);
});

it("greets by the first name", () => {
  expect(firstName("  Claire Martin ")).toBe("Claire");
  expect(firstName("Claire")).toBe("Claire");
});

it("counts nights, not hours", () => {
  expect(daysBetween(new Date(2026, 2, 28, 23, 59), new Date(2026, 2, 29, 0, 1))).toBe(1);
  expect(daysBetween(new Date(2026, 2, 28, 0, 1), new Date(2026, 2, 28, 23, 59))).toBe(0);
  expect(daysBetween(new Date(2026, 9, 24, 12), new Date(2026, 9, 26, 12))).toBe(2);
});
