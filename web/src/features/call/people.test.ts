import { describe, expect, test } from "vitest";
import { NO_MEDIA } from "../../room/facts";
import type { Person } from "../../room/view";
import { waiting } from "../../room/testing";
import type { ParticipantId } from "../../room/wire";
import { hasWarning } from "../../room/snapshot";
import { DOOR_KEYS, handsFirst, isBeingLetIn, keyShown, personActs, PERSON_KEYS } from "./people";

function person(name: string, hand_raised_at: string | null = null, is_me = false): Person {
  const { is_speaking, quality, camera } = NO_MEDIA;
  const media = { is_speaking, quality, camera, is_muted: true, is_reconnecting: false };
  return {
    id: name as ParticipantId,
    name,
    role: "participant",
    provenance: "invited",
    is_me,
    hand_raised_at,
    warnings: null,
    ...media,
  };
}

test("raised hands come first, in the order they went up; then oneself, then the others by name", () => {
  const { hands, rest } = handsFirst(person("Zoé", null, true), [
    person("Élodie"),
    person("Bob", "2026-09-01T08:02:00Z"),
    person("Adam"),
    person("Cat", "2026-09-01T08:01:00Z"),
  ]);
  expect(hands.map((one) => one.name)).toEqual(["Cat", "Bob"]);
  expect(rest.map((one) => one.name)).toEqual(["Zoé", "Adam", "Élodie"]);
});

describe("what can be done about a person", () => {
  const HOST = { is_moderator: true, is_host: true, may_rename: true, is_sharing: true };
  const PUPIL = {
    is_moderator: false,
    is_host: false,
    may_rename: false,
    is_sharing: true,
  };
  const bob = { ...person("Bob", "t"), camera: "c" as Person["camera"] };

  test("by the host: everything that makes sense now", () => {
    expect(personActs({ ...bob, is_muted: false }, HOST)).toEqual([
      "mute",
      "stop-camera",
      "stop-share",
      "lower-hand",
      "spotlight",
      "rename",
      "make-cohost",
      "remove",
      "report",
      "ban",
    ]);
    expect(personActs({ ...bob, role: "cohost" }, HOST)).toEqual(
      expect.arrayContaining(["ask-to-unmute", "make-participant", "hand-over"]),
    );
  });

  test("a co-host names nobody; nobody acts against the host", () => {
    const cohost = { ...HOST, is_host: false };
    expect(personActs(bob, cohost)).not.toContain("make-cohost");
    expect(personActs({ ...bob, role: "host" }, cohost)).toEqual(["spotlight", "report"]);
  });

  test("by a pupil: a report", () => {
    expect(personActs(bob, PUPIL)).toEqual(["report"]);
    expect(personActs({ ...bob, is_me: true }, PUPIL)).toEqual([]);
    expect(personActs({ ...bob, is_me: true }, { ...PUPIL, may_rename: true })).toEqual(["rename"]);
  });

  test("nobody is asked to unmute who has no voice here", () => {
    expect(personActs({ ...bob, role: "observer" }, HOST)).not.toContain("ask-to-unmute");
  });

  test("each act has one key, and a key with several does what is possible", () => {
    const acts = [...PERSON_KEYS.values()].flat();
    expect(new Set(acts).size).toBe(acts.length);
    const [become, be] = PERSON_KEYS.get("Shift+c") ?? [];
    for (const role of ["participant", "cohost"] as const) {
      const possible = personActs({ ...bob, role }, HOST);
      expect([become, be].filter((act) => act !== undefined && possible.includes(act))).toHaveLength(1);
    }
  });

  test("keys are shown as they stand on the keyboard", () => {
    expect([...PERSON_KEYS.keys()].map(keyShown).join(" ")).toBe("M U V S H O N Shift+C Delete Shift+Delete");
  });
});

describe("at the door", () => {
  test("whoever looks like somebody, comes twice or was removed has a warning", () => {
    expect(hasWarning(waiting("tom"))).toBe(false);
    expect(hasWarning(waiting("tom", { looks_like: ["Tim"] }))).toBe(true);
    expect(hasWarning(waiting("tom", { is_second_device: true }))).toBe(true);
    expect(hasWarning(waiting("tom", { was_removed_before: true }))).toBe(true);
  });

  test("whoever is being let in is busy", () => {
    const { id } = waiting("tom");
    expect(isBeingLetIn([{ type: "admit", participant_ids: [id] }], id)).toBe(true);
    expect(isBeingLetIn([{ type: "mute", participant_id: id }], id)).toBe(false);
  });

  test("each reason has one key", () => {
    expect(new Set(DOOR_KEYS.values()).size).toBe(DOOR_KEYS.size);
  });
});
