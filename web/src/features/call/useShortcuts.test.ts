import { expect, test } from "vitest";
import { shortcutOf } from "./useShortcuts";

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test("keys of the call, in either case", () => {
  expect(shortcutOf({ ...plain, key: "m" })).toBe("microphone");
  expect(shortcutOf({ ...plain, key: "M" })).toBe("microphone");
  expect(shortcutOf({ ...plain, key: "?" })).toBe("help");
  expect(shortcutOf({ ...plain, key: "x" })).toBeNull();
  expect(shortcutOf({ ...plain, key: "constructor" })).toBeNull();
});

test("with Shift, those who run the room have keys of their own; a question mark stays one", () => {
  const shift = { ...plain, shiftKey: true };
  expect(shortcutOf({ ...shift, key: "F" })).toBe("freeze");
  expect(shortcutOf({ ...shift, key: "M" })).toBe("mute-all");
  expect(shortcutOf({ ...shift, key: "G" })).toBe("hand-over");
  expect(shortcutOf({ ...shift, key: "C" })).toBeNull();
  expect(shortcutOf({ ...shift, key: "?" })).toBe("help");
});

test("combinations belong to the browser", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const) {
    expect(shortcutOf({ ...plain, [held]: true, key: "c" }), held).toBeNull();
  }
});
