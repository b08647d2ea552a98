import { describe, expect, test } from "vitest";
import { isOnlyTried, wordsAbout } from "./beginnings";

const FREE = { microphone: "as-chosen", camera: "as-chosen" } as const;
const CLASS = { microphone: "off", camera: "off" } as const;
const STRICT = { microphone: "by-rule", camera: "off" } as const;

describe("the page before the room", () => {
  test("says nothing of devices that begin as they are chosen", () => {
    expect(wordsAbout(FREE)).toEqual([]);
    expect(isOnlyTried(FREE, { microphone: true, camera: true })).toBe(false);
  });

  test("says one sentence where both begin off for one reason", () => {
    expect(wordsAbout(CLASS)).toEqual(["preJoin.begins.both.off"]);
    expect(wordsAbout({ microphone: "by-rule", camera: "by-rule" })).toEqual(["preJoin.begins.both.by-rule"]);
    expect(wordsAbout({ microphone: "observer", camera: "observer" })).toEqual(["preJoin.begins.observer"]);
  });

  test("says for each device why it begins off where the reasons differ", () => {
    expect(wordsAbout(STRICT)).toEqual(["preJoin.begins.microphone.by-rule", "preJoin.begins.camera.off"]);
    expect(wordsAbout({ ...FREE, camera: "by-rule" })).toEqual(["preJoin.begins.camera.by-rule"]);
  });

  test("says that a device which is on is only tried, where the room begins with it off", () => {
    expect(isOnlyTried(CLASS, { microphone: false, camera: false })).toBe(false);
    expect(isOnlyTried(CLASS, { microphone: true, camera: false })).toBe(true);
    expect(isOnlyTried({ ...FREE, camera: "by-rule" }, { microphone: true, camera: false })).toBe(false);
  });
});
