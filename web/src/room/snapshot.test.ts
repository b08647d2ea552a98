import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { applyEvent } from "./snapshot";
import { ID, message, OPEN, participant, snapshot, waiting } from "./testing";
import type { BanId, RoomEvent } from "./wire";
import { parseEvent } from "./wire-frames";
import { parseSnapshot } from "./wire-values";

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

  test("who was asked to speak may, until it ends", () => {
    const allowed = apply({ type: "speech-allowed", participant_id: ID("bob") });
    expect(allowed.participants.map((one) => one.may_speak)).toEqual([false, true]);
    const ended = applyEvent(allowed, {
      sequence: 12,
      event: { type: "speech-ended", participant_id: ID("bob") },
    });
    expect(ended.participants[1]?.may_speak).toBe(false);
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

describe("the door and the rules", () => {
  const host = (event: RoomEvent) =>
    applyEvent(snapshot({ waiting: [waiting("tom")], bans: [{ id: "b1" as BanId, name: "Zoe", at: "t" }] }), {
      sequence: 11,
      event,
    });

  test("who waits is told to those who run the room alone", () => {
    const event: RoomEvent = { type: "person-waiting", waiting: waiting("lea") };
    expect(host(event).waiting?.map((one) => one.id)).toEqual(["tom", "lea"]);
    expect(apply(event).waiting).toBeNull();
  });

  test("notes, lost connections and goings of those who wait", () => {
    expect(host({ type: "door-note-left", participant_id: ID("tom"), text: "me" }).waiting?.[0]?.note).toBe(
      "me",
    );
    const away = host({ type: "waiting-connection", participant_id: ID("tom"), connected: false });
    expect(away.waiting?.[0]?.connected).toBe(false);
    const gone = host({ type: "person-stopped-waiting", participant_id: ID("tom"), reason: "denied" });
    expect(gone.waiting).toEqual([]);
  });

  test("bans are listed and lifted", () => {
    const ban = { id: "b2" as BanId, name: "Max", at: "t" };
    expect(host({ type: "person-banned", ban }).bans).toHaveLength(2);
    expect(host({ type: "ban-lifted", ban_id: "b1" as BanId }).bans).toEqual([]);
  });

  test("the room's state", () => {
    expect(apply({ type: "room-locked" }).is_locked).toBe(true);
    expect(apply({ type: "room-frozen" }).is_frozen).toBe(true);
    expect(apply({ type: "room-paused" }).is_paused).toBe(true);
    const rules = { ...OPEN, chat: "off" } as const;
    expect(apply({ type: "rules-changed", rules, differing: ["chat"] })).toMatchObject({
      rules,
      differing: ["chat"],
    });
    expect(apply({ type: "link-changed", code: "new" }).meeting).toMatchObject({
      code: "new",
      title: "History",
    });
  });

  test("names, roles, the spotlight and lines that are taken out", () => {
    const bob = ID("bob");
    expect(
      apply({ type: "participant-renamed", participant_id: bob, name: "Bo" }).participants[1],
    ).toMatchObject({ name: "Bo" });
    expect(
      apply({ type: "role-changed", participant_id: bob, role: "cohost" }).participants[1],
    ).toMatchObject({
      role: "cohost",
    });
    expect(apply({ type: "spotlight-changed", participant_id: bob }).spotlight).toBe("bob");
    const left = applyEvent(snapshot({ spotlight: bob }), {
      sequence: 11,
      event: { type: "participant-left", participant_id: bob, reason: "removed" },
    });
    expect(left.spotlight).toBeNull();
    const posted = snapshot({ chat: [message("m1", 9), message("m2", 10)] });
    const deleted = applyEvent(posted, {
      sequence: 11,
      event: { type: "message-deleted", message_id: message("m1", 9).message_id },
    });
    expect(deleted.chat.map((one) => one.message_id)).toEqual(["m2"]);
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
      expect(event?.type ?? "withheld").toBe(type);
      if (before === null) throw new Error("the snapshot of the case is unreadable");
      expect(applyEvent(before, { sequence, event })).toEqual(parseSnapshot(one.expected));
    },
  );
});
