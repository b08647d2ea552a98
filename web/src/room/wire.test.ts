import { describe, expect, test } from "vitest";
import { admittedLine, eventLine, OPEN, participant, snapshot, waiting, waitingLine } from "./testing";
import { parseEvent, parseServerFrame } from "./wire-frames";
import { parseSnapshot } from "./wire-values";

describe("frames from the server", () => {
  test("what is not JSON, not an object, or of an unknown type is no frame", () => {
    for (const line of ["", "{", "[]", "3", "null", '{"type":3}', '{"type":"party"}', '{"request":1}']) {
      expect(parseServerFrame(line), line).toBeNull();
    }
  });

  test("names of Object.prototype are not types", () => {
    for (const type of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(parseServerFrame(JSON.stringify({ type })), type).toBeNull();
      expect(parseEvent({ type }), type).toBeNull();
    }
  });

  test("admitted with a snapshot", () => {
    const frame = parseServerFrame(admittedLine());
    expect(frame).toMatchObject({ type: "admitted", secret: "s3cret", snapshot: { sequence: 10 } });
    expect(frame).toMatchObject({ report_ticket: "ticket-1" });
    const older = parseServerFrame(admittedLine({ report_ticket: undefined }));
    expect(older).toMatchObject({ report_ticket: null });
  });

  test("admitted without a snapshot is a resumption; with a broken one it is no frame", () => {
    const resumed = parseServerFrame(admittedLine({ resumed: true, snapshot: null }));
    expect(resumed).toMatchObject({ resumed: true, snapshot: null });
    expect(parseServerFrame(admittedLine({ snapshot: { sequence: 1 } }))).toBeNull();
    expect(parseServerFrame(admittedLine({ media: { url: "" } }))).toBeNull();
  });

  test("an event this page does not know counts in the sequence and says nothing", () => {
    const frame = parseServerFrame(eventLine(11, { type: "poll-opened" }));
    expect(frame).toMatchObject({ type: "event", sequence: 11, event: null });
  });

  test("a sequence is a whole number", () => {
    expect(parseServerFrame('{"type":"event","sequence":1.5,"at":"x","event":null}')).toBeNull();
    expect(parseServerFrame('{"type":"event","sequence":-1,"at":"x","event":null}')).toBeNull();
  });

  test("short frames", () => {
    expect(parseServerFrame('{"type":"done","request":3,"sequence":12}')).toEqual({
      type: "done",
      request: 3,
      sequence: 12,
    });
    expect(parseServerFrame('{"type":"done","request":3,"sequence":null}')).toMatchObject({ sequence: null });
    expect(parseServerFrame('{"type":"pong","request":3}')).toMatchObject({ type: "pong" });
    expect(parseServerFrame('{"type":"refused","code":"bad-frame"}')).toMatchObject({
      request: 0,
      message: "",
    });
    expect(parseServerFrame('{"type":"closed","code":"left"}')).toMatchObject({
      type: "closed",
      code: "left",
    });
    expect(parseServerFrame('{"type":"media","request":2,"media":{"url":"","token":"t"}}')).toMatchObject({
      media: { token: "t" },
    });
  });
});

describe("frames of the door", () => {
  test("waiting says what it says and nothing more", () => {
    expect(parseServerFrame(waitingLine({ title: "History", host: "Claire", has_host: true }))).toEqual({
      type: "waiting",
      request: 1,
      participant_id: "ann",
      secret: "s3cret",
      has_host: true,
      host: "Claire",
      note_left: false,
      is_second_device: false,
    });
    expect(parseServerFrame(waitingLine({ secret: 3 }))).toBeNull();
  });

  test("a person at the door who cannot be read is no event", () => {
    const line = (person: unknown) => eventLine(11, { type: "person-waiting", waiting: person });
    expect(parseServerFrame(line(waiting("tom", { looks_like: ["Tim"] })))).toMatchObject({
      event: { waiting: { id: "tom", looks_like: ["Tim"] } },
    });
    for (const bad of [null, [], { id: 3 }, { id: "x", name: "y" }]) {
      expect(parseServerFrame(line(bad))).toMatchObject({ event: null });
    }
  });

  test("a way of coming that this page does not know is the least known one", () => {
    const person = { ...waiting("tom"), provenance: "teleport", looks_like: [3, "Tim"], note: {} };
    expect(parseEvent({ type: "person-waiting", waiting: person })).toMatchObject({
      waiting: { provenance: "open-link", looks_like: ["Tim"], note: null },
    });
  });

  test("what is withheld counts in the sequence and says nothing", () => {
    expect(parseServerFrame(eventLine(11, { type: "withheld" }))).toMatchObject({
      sequence: 11,
      event: null,
    });
  });

  test("the rest of the frames", () => {
    expect(parseServerFrame('{"type":"asked-to-unmute","by":"Claire"}')).toMatchObject({ by: "Claire" });
    expect(
      parseServerFrame('{"type":"reported","request":4,"case_number":"P-2026-0001","secret":"x"}'),
    ).toMatchObject({ case_number: "P-2026-0001" });
    expect(parseServerFrame('{"type":"reported","request":4}')).toBeNull();
    expect(parseServerFrame('{"type":"closed","code":"denied","reason":"full"}')).toMatchObject({
      reason: "full",
    });
    expect(parseServerFrame(JSON.stringify({ type: "snapshot", snapshot: snapshot() }))).toMatchObject({
      snapshot: { you: "ann" },
    });
    expect(parseServerFrame('{"type":"snapshot","snapshot":{}}')).toBeNull();
    expect(parseEvent({ type: "rules-changed", rules: "strict" })).toBeNull();
    expect(parseEvent({ type: "role-changed", participant_id: "bob", role: 3 })).toBeNull();
    expect(parseEvent({ type: "host-told", what: "gossip", name: "x" })).toBeNull();
  });
});

describe("snapshots", () => {
  test("without rules are as strict as can be; with none that can be read they are unreadable", () => {
    const { rules, ...rest } = snapshot();
    expect(parseSnapshot(rest)?.rules).toMatchObject({ chat: "off", unmute: false });
    expect(parseSnapshot({ ...rest, rules: [rules] })).toBeNull();
    expect(parseSnapshot({ ...rest, rules: OPEN, bans: "none" })).toBeNull();
  });

  test("what cannot be read of a list is left out, and the rest is there", () => {
    const good = snapshot();
    expect(parseSnapshot(JSON.parse(JSON.stringify(good)))).toEqual(good);
    const ann = participant("ann");
    const bad = { ...good, participants: [ann, { id: "bob" }], waiting: [{}], chat: [null] };
    expect(parseSnapshot(bad)).toMatchObject({ participants: [ann], waiting: [], chat: [] });
  });
});

describe("a page that was opened before the server was upgraded", () => {
  const panelist = participant("bob", { role: "panelist" as "host", provenance: "badge" as "owner" });
  const rules = { ...OPEN, chat: "loud", slow_mode_s: 120, of_tomorrow: true };

  test("takes the roster it is let in with, and a role it does not know has no rights", () => {
    const line = admittedLine({
      snapshot: { ...snapshot(), participants: [participant("ann"), panelist], rules, kind: "webinar" },
    });
    expect(parseServerFrame(line)).toMatchObject({
      type: "admitted",
      snapshot: {
        participants: [{ id: "ann" }, { id: "bob", role: "observer", provenance: "open-link" }],
        rules: { chat: "off", slow_mode_s: 60, unmute: OPEN.unmute },
        kind: "meeting",
      },
    });
  });

  test("takes what happens in words it does not know", () => {
    expect(parseEvent({ type: "participant-joined", participant: panelist })).toMatchObject({
      participant: { id: "bob", role: "observer" },
    });
    expect(parseEvent({ type: "role-changed", participant_id: "bob", role: "panelist" })).toMatchObject({
      role: "observer",
    });
    expect(parseEvent({ type: "rules-changed", rules, differing: ["of_tomorrow"] })).toMatchObject({
      rules: { chat: "off" },
      differing: [],
    });
  });
});
