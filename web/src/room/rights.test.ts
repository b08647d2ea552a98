import { describe, expect, test } from "vitest";
import { rightsOf } from "./rights";
import type { Rules } from "./rules";
import { OPEN, participant, snapshot } from "./testing";
import type { Role, Snapshot } from "./wire";

function as(role: Role, rules: Partial<Rules> = {}, room: Partial<Snapshot> = {}) {
  return rightsOf(
    snapshot({ participants: [participant("ann", { role })], rules: { ...OPEN, ...rules }, ...room }),
  );
}

describe("what one may do", () => {
  test("a participant of an open room may do everything but run it", () => {
    expect(as("participant")).toEqual({
      is_moderator: false,
      is_host: false,
      microphone: null,
      camera: null,
      screen: null,
      chat: null,
      chat_to: "all",
      rename: true,
    });
  });

  test.each([
    [{ unmute: false }, { microphone: "rule" }],
    [{ camera: false }, { camera: "rule" }],
    [{ share: "hosts" }, { screen: "rule" }],
    [{ chat: "off" }, { chat: "rule" }],
    [{ chat: "hosts" }, { chat: null, chat_to: "hosts" }],
    [{ rename: false }, { rename: false }],
  ] as const)("the rule %j says %j", (rules, expected) => {
    expect(as("participant", rules)).toMatchObject(expected);
  });

  test("nothing while the room is frozen", () => {
    expect(as("participant", {}, { is_frozen: true })).toMatchObject({
      microphone: "frozen",
      camera: "frozen",
      screen: "frozen",
      chat: "frozen",
    });
  });

  test("no line while the room is paused; devices stay as they are, and are heard again by themselves", () => {
    expect(as("participant", {}, { is_paused: true })).toMatchObject({
      microphone: null,
      camera: null,
      screen: null,
      chat: "paused",
    });
  });

  describe("asked to speak where nobody may unmute", () => {
    const asked = (role: Role, room: Partial<Snapshot> = {}, may_speak = true) =>
      rightsOf(
        snapshot({
          participants: [participant("ann", { role, may_speak }), participant("bob", { may_speak: true })],
          rules: { ...OPEN, unmute: false },
          ...room,
        }),
      ).microphone;

    test("the microphone's button works, for who was asked alone", () => {
      expect(asked("participant")).toBeNull();
      expect(asked("participant", {}, false)).toBe("rule");
    });

    test("not while the room is frozen or paused, and never for an observer", () => {
      expect(asked("participant", { is_frozen: true })).toBe("frozen");
      expect(asked("participant", { is_paused: true })).toBe("paused");
      expect(asked("participant", { is_paused: true }, false)).toBe("rule");
      expect(asked("observer")).toBe("observer");
    });

    test("where everybody may unmute, having been asked changes nothing", () => {
      expect(asked("participant", { is_paused: true, rules: OPEN })).toBeNull();
    });
  });

  test("an observer only looks on", () => {
    expect(as("observer")).toMatchObject({ microphone: "observer", camera: "observer", chat: "observer" });
  });

  test.each(["host", "cohost"] as const)("a %s is bound by none of it", (role) => {
    const rules = { unmute: false, camera: false, share: "hosts", chat: "off", rename: false } as const;
    expect(as(role, rules, { is_frozen: true, is_paused: true })).toMatchObject({
      is_moderator: true,
      is_host: role === "host",
      microphone: null,
      screen: null,
      chat: null,
      chat_to: "all",
    });
  });
});
