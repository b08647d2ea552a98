import { expect, test } from "vitest";
import { wrongFields } from "./errors";

test("the fields a form has a word for are named, in the order of the form", () => {
  expect(wrongFields({ password: "Too short.", email: "No address." })).toEqual(["email", "password"]);
  expect(wrongFields({ "people.3.email": "No address." })).toEqual(["email"]);
});

test("a field no form has a word for is not made up", () => {
  expect(wrongFields({ "rules.chat": "No such value.", constructor: "x" })).toEqual([]);
  expect(wrongFields({})).toEqual([]);
});
