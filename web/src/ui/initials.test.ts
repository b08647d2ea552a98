import { expect, it } from "vitest";
import { initials } from "./initials";

it.each([
  ["Claire Martin", "CM"],
  ["claire", "C"],
  ["Inès de la Tour", "IT"],
  ["  élodie   Ç  ", "ÉÇ"],
  ["6B", "6"],
  ["", "?"],
  ["…", "?"],
])("the initials of %j are %j", (name, letters) => {
  expect(initials(name)).toBe(letters);
});
