import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyEvent } from "./snapshot";
import { ID, message, participant, snapshot } from "./testing";
import { parseEvent, parseSnapshot, type RoomEvent } from "./wire";

function apply(event: RoomEvent | null) {
  return applyEvent(snapshot(), { sequence: 11, event });
}

describe("a snapshot after one event", () => {
  test("every event moves the sequence, even one that says nothing", () => {
    expect(apply(null)).toEqual({ ...snapshot(), sequence: 11 });
  });

  test("who joins comes last; who joins again moves there", () => {
    const joined = apply({ type: "participant-joined", participant: participant("cat") });
    expect(joined.participants.map((one) => one.id)).toEqual(["ann", "bob", "cat"]);
    const again = apply({ type: "participant-joined", participant: participant("ann", { name: "Ann" }) });
    expect(again.participants.map((one) => one.name)).toEqual(["BOB", "Ann"]);
  });

  test("who leaves is gone; who is unknown changes nothing", () => {
    expect(
      apply({ type: "participant-left", participant_id: ID("bob"), reason: "left" }).participants,
    ).toHaveLength(1);
    expect(
      apply({ type: "participant-left", participant_id: ID("zoe"), reason: "left" }).participants,
    ).toHaveLength(2);
  });

  test("links and hands", () => {
    const bob = (event: RoomEvent) => apply(event).participants[1];
    expect(bob({ type: "participant-disconnected", participant_id: ID("bob") })?.connected).toBe(false);
    expect(bob({ type: "participant-connected", participant_id: ID("bob") })?.connected).toBe(true);
    expect(bob({ type: "hand-raised", participant_id: ID("bob"), at: "t" })?.hand_raised_at).toBe("t");
    expect(bob({ type: "hand-lowered", participant_id: ID("bob") })?.hand_raised_at).toBeNull();
  });

  test("a chat line that is there already is not there twice", () => {
    const once = apply({ type: "chat-posted", message: message("m1", 11) });
    const twice = applyEvent(once, {
      sequence: 12,
      event: { type: "chat-posted", message: message("m1", 12) },
    });
    expect(twice.chat).toEqual([message("m1", 11)]);
    expect(twice.sequence).toBe(12);
  });
});

interface SharedCase {
  readonly snapshot: unknown;
  readonly event: { readonly sequence: number; readonly event: { readonly type: string } };
  readonly expected: unknown;
}

describe("the cases the server is tested against too", () => {
  const file = new URL("../../../tests/fixtures/control/events.json", import.meta.url);
  const cases = JSON.parse(readFileSync(file, "utf8")) as SharedCase[];

  test.each(cases.map((one) => [one.event.sequence, one.event.event.type, one] as const))(
    "event %i: %s",
    (sequence, type, one) => {
      const before = parseSnapshot(one.snapshot);
      const event = parseEvent(one.event.event);
      expect(event?.type).toBe(type);
      if (before === null) throw new Error("the snapshot of the case is unreadable");
      expect(applyEvent(before, { sequence, event })).toEqual(one.expected);
    },
  );
});
