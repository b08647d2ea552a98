import { expect, test } from "vitest";
import { digitOf, keyName } from "./keys";

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test("a key is named as the tables of keys write it", () => {
  expect(keyName({ ...plain, key: "m" })).toBe("m");
  expect(keyName({ ...plain, key: "M" })).toBe("m");
  expect(keyName({ ...plain, shiftKey: true, key: "C" })).toBe("Shift+c");
  expect(keyName({ ...plain, shiftKey: true, key: "Delete" })).toBe("Shift+Delete");
});

test("combinations belong to the browser", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"] as const) {
    expect(keyName({ ...plain, [held]: true, key: "m" }), held).toBeNull();
    expect(digitOf({ ...plain, [held]: true, key: "1", code: "Digit1" }), held).toBeNull();
  }
});

test("digits come from the upper row and the pad, whether or not the keyboard writes them with Shift", () => {
  expect(digitOf({ ...plain, key: "4", code: "Digit4" })).toBe("4");
  expect(digitOf({ ...plain, key: "4", code: "Numpad4" })).toBe("4");
  // A French keyboard, without and with Shift.
  expect(digitOf({ ...plain, key: "'", code: "Digit4" })).toBe("4");
  expect(digitOf({ ...plain, shiftKey: true, key: "4", code: "Digit4" })).toBe("4");
  // An English one with Shift.
  expect(digitOf({ ...plain, shiftKey: true, key: "$", code: "Digit4" })).toBeNull();
  expect(digitOf({ ...plain, key: "ArrowDown", code: "Numpad2" })).toBeNull();
  expect(digitOf({ ...plain, key: "\u0661", code: "" })).toBeNull();
});
