import { describe, expect, test } from "vitest";
import {
  initialControl,
  KNOCK_AGAIN_AFTER_MS,
  PING_EVERY_MS,
  SILENCE_LIMIT_MS,
  stepControl,
  type ControlEffect,
  type ControlInput,
  type ControlState,
} from "./control";
import { admittedLine, at, ID, waitingLine } from "./testing";

function run(state: ControlState, now_ms: number, ...inputs: ControlInput[]) {
  let now = state;
  const effects: ControlEffect[] = [];
  for (const input of inputs) {
    const step = stepControl(now, input, at(now_ms));
    now = step.state;
    effects.push(...step.effects);
  }
  const frames = effects.flatMap((effect) => (effect.type === "send-frame" ? [effect.frame] : []));
  return { state: now, effects, frames };
}

const hears = (line: string, socket = 1): ControlInput => ({ type: "frame-received", socket, line });
const opened = (socket: number): ControlInput => ({ type: "socket-opened", socket });
const closed = (socket: number): ControlInput => ({ type: "socket-closed", socket });
const TICK: ControlInput = { type: "tick" };
const CALLER = { name: "Ann", invitation: "pl_secret", passcode: "1234" };

const knocked = run(initialControl(CALLER), 0, { type: "join" }, opened(1));
const waiting = run(knocked.state, 0, hears(waitingLine({ host: "Claire" })));

describe("at the door", () => {
  test("the knock carries the personal link and the passcode, every time", () => {
    expect(knocked.frames).toEqual([{ type: "knock", request: 1, ...CALLER, resume: null }]);
  });

  test("is neither in nor broken", () => {
    expect(waiting.state).toMatchObject({
      link: { phase: "at-door" },
      door: { has_host: false, host: "Claire", note_left: false, is_second_device: false },
      snapshot: null,
      broken_since_ms: null,
    });
    expect(waiting.effects).toEqual([]);
  });

  test("news about the host changes what is known and nothing else", () => {
    const told = run(waiting.state, 9, hears(waitingLine({ request: 0, has_host: true })));
    expect(told.state.door).toEqual({
      has_host: true,
      host: null,
      note_left: false,
      is_second_device: false,
    });
    expect(told.state.link.phase).toBe("at-door");
  });

  test("who waits because of another device is told so, and others are not", () => {
    const second = hears(waitingLine({ request: 0, is_second_device: true }));
    expect(run(waiting.state, 9, second).state.door?.is_second_device).toBe(true);
    expect(waiting.state.door?.is_second_device).toBe(false);
  });

  test("a line to the host is sent at once, and again on the next link while unanswered", () => {
    const act = { type: "leave-note", text: "It is me" } as const;
    const sent = run(waiting.state, 1, { type: "act", act });
    expect(sent.frames).toEqual([{ ...act, request: 2 }]);
    const broken = run(sent.state, 2, closed(1)).state;
    const back = run(run(broken, 200, TICK, opened(2)).state, 201, hears(waitingLine(), 2));
    expect(back.frames).toEqual([{ ...act, request: 2 }]);
  });

  test("the line is left once the server has it, now or from before", () => {
    const act = { type: "leave-note", text: "It is me" } as const;
    const sent = run(waiting.state, 1, { type: "act", act }).state;
    const done = run(sent, 2, hears('{"type":"done","request":2,"sequence":null}'));
    expect(done.state.door?.note_left).toBe(true);
    const line = '{"type":"refused","request":2,"code":"note-left-already","message":""}';
    const again = run(sent, 2, hears(line));
    expect(again.state.door?.note_left).toBe(true);
    expect(again.effects).toEqual([]);
  });

  test("the place is kept over a broken link", () => {
    const broken = run(waiting.state, 5, closed(1));
    expect(broken.state.link.phase).toBe("waiting");
    const again = run(broken.state, 200, TICK, opened(2));
    expect(again.frames[0]).toMatchObject({
      resume: { participant_id: ID("ann"), secret: "s3cret", last_sequence: 0 },
    });
  });

  test("who is let in enters without knocking again", () => {
    const inside = run(waiting.state, 50, hears(admittedLine({ request: 0 })));
    expect(inside.state).toMatchObject({ link: { phase: "open" }, door: null });
    expect(inside.effects).toContainEqual(expect.objectContaining({ type: "media-granted", as: "ann" }));
  });

  test("a refusal tells its reason and is the end", () => {
    const denied = run(waiting.state, 50, hears('{"type":"closed","code":"denied","reason":"wrong-name"}'));
    expect(denied.effects).toContainEqual({
      type: "ended",
      code: "denied",
      message: "",
      reason: "wrong-name",
    });
    expect(run(denied.state, 60, closed(1), TICK, { type: "join" }).effects).toEqual([]);
  });

  test("the link is pinged, and given up after a silence", () => {
    const pinged = run(waiting.state, PING_EVERY_MS, TICK);
    expect(pinged.frames).toEqual([{ type: "ping", request: 2 }]);
    expect(run(pinged.state, SILENCE_LIMIT_MS, TICK).state.link.phase).toBe("waiting");
  });

  test("going back says so to the server", () => {
    expect(run(waiting.state, 5, { type: "leave" }).frames).toEqual([{ type: "leave", request: 2 }]);
  });

  test("a place inside that was lost leads to the door with nothing left to do inside", () => {
    const inside = run(waiting.state, 1, hears(admittedLine({ request: 0 }))).state;
    const acting = run(inside, 2, closed(1), { type: "act", act: { type: "freeze" } }).state;
    const back = run(run(acting, 200, TICK, opened(2)).state, 201, hears(waitingLine(), 2));
    expect(back.state).toMatchObject({ link: { phase: "at-door" }, snapshot: null, outbox: [] });
    expect(back.frames).toEqual([]);
  });
});

describe("a knock refused", () => {
  const refused = (code: string) =>
    run(knocked.state, 10, hears(JSON.stringify({ type: "refused", request: 1, code, message: "" })));

  test.each(["meeting-unknown", "passcode-needed", "passcode-wrong", "denied"])("%s is final", (code) => {
    expect(refused(code).effects).toContainEqual({ type: "ended", code, message: "", reason: null });
  });

  test("for haste is tried again later, and not sooner because the network moves", () => {
    const held = refused("rate-limited").state;
    expect(held).toMatchObject({ is_held_off: true, link: { until_ms: 10 + KNOCK_AGAIN_AFTER_MS } });
    expect(run(held, 20, { type: "network-returned" }).effects).toEqual([]);
    expect(run(held, 10 + KNOCK_AGAIN_AFTER_MS, TICK).effects).toEqual([
      { type: "open-socket", socket: 2, code: null },
    ]);
  });

  test("for haste is tried again when the server says", () => {
    const line = JSON.stringify({
      type: "refused",
      request: 1,
      code: "rate-limited",
      message: "",
      retry_after_s: 42,
    });
    const held = run(knocked.state, 10, hears(line)).state;
    expect(held).toMatchObject({ is_held_off: true, link: { until_ms: 10 + 42_000 } });
  });

  test("of a place that must not be taken back does not become a knock without it", () => {
    const inside = run(knocked.state, 1, hears(admittedLine())).state;
    const again = run(run(inside, 2, closed(1)).state, 200, TICK, opened(2)).state;
    const line = '{"type":"refused","request":2,"code":"meeting-unknown","message":""}';
    expect(run(again, 201, hears(line, 2)).effects).toContainEqual(
      expect.objectContaining({ type: "ended", code: "meeting-unknown" }),
    );
  });
});
