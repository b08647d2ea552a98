import { expect, it } from "vitest";
import { secretIn } from "./secrets";

it.each([
  ["#Zm9vYmFy_-", "Zm9vYmFy_-"],
  ["", ""],
  ["#", ""],
  ["#a%20b", "a b"],
  ["#50%", "50%"],
])("reads the secret in %s", (hash, secret) => {
  expect(secretIn(hash)).toBe(secret);
});
