import { expect, test } from "vitest";
import { NO_MEDIA } from "../../room/facts";
import type { Person } from "../../room/view";
import type { ParticipantId } from "../../room/wire";
import { handsFirst } from "./people";

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
