import { describe, expect, test } from "vitest";
import { admittedLine, eventLine, participant, snapshot } from "./testing";
import { parseEvent, parseServerFrame, parseSnapshot } from "./wire";

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

describe("snapshots", () => {
  test("one bad participant makes the whole snapshot unreadable", () => {
    const good = snapshot();
    expect(parseSnapshot(JSON.parse(JSON.stringify(good)))).toEqual(good);
    const bad = { ...good, participants: [participant("ann"), { id: "bob" }] };
    expect(parseSnapshot(bad)).toBeNull();
    expect(
      parseSnapshot({ ...good, participants: [participant("ann", { role: "king" as "host" })] }),
    ).toBeNull();
  });
});
