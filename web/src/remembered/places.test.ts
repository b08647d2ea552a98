import { expect, test } from "vitest";
import { isWorthTrying, parseNumbers, parsePlace, wayKey } from "./places";

const PLACE = {
  way: "m aaaaa",
  code: "aaaaa",
  name: "Ann",
  is_host: false,
  title: null,
  invited_by: "Ada",
  participant_id: "par_ann",
  secret: "s",
  microphone: true,
  camera: false,
  is_over: false,
  seen_at_ms: 1000,
};

test("a place is read back as it was kept, and nothing else is taken for one", () => {
  expect(parsePlace(JSON.stringify(PLACE))).toEqual(PLACE);
  for (const stored of [null, "", "[]", "null", "7", "{", JSON.stringify({ ...PLACE, secret: 7 })]) {
    expect(parsePlace(stored)).toBeNull();
  }
});

test("one child's place is not another's on the same device", () => {
  const place = { ...PLACE, way: wayKey("aaaaa", "secret of Ann") };
  expect(isWorthTrying(place, wayKey("aaaaa", "secret of Ann"), 2000)).toBe(true);
  expect(isWorthTrying(place, wayKey("aaaaa", "secret of Bob"), 2000)).toBe(false);
  expect(isWorthTrying(place, wayKey("aaaaa", null), 2000)).toBe(false);
  expect(place.way).not.toContain("secret");
});

test("a place of long ago is not tried", () => {
  expect(isWorthTrying(PLACE, "m aaaaa", 1000 + 11 * 60_000)).toBe(true);
  expect(isWorthTrying(PLACE, "m aaaaa", 1000 + 12 * 60_000)).toBe(false);
});

test("numbers are those of one room", () => {
  const stored = JSON.stringify({ room: "today", numbers: [["par_ann", 4], ["par_bob"], 7] });
  expect([...parseNumbers(stored, "today")]).toEqual([["par_ann", 4]]);
  expect([...parseNumbers(stored, "yesterday")]).toEqual([]);
  expect([...parseNumbers("?", "today")]).toEqual([]);
});
