import { describe, expect, test } from "vitest";
import { initialRoom, stepRoom, type RoomEffect, type RoomInput, type RoomState } from "./room";
import { admittedLine, at, eventLine, ID, OPEN, participant, snapshot, waiting } from "./testing";
import { placeOf } from "./place";
import { viewOf } from "./view";

function run(state: RoomState, now_ms: number, ...inputs: RoomInput[]) {
  let now = state;
  const effects: RoomEffect[] = [];
  for (const input of inputs) {
    const step = stepRoom(now, input, at(now_ms));
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects, view: viewOf(now) };
}

const hears = (line: string): RoomInput => ({
  type: "control",
  input: { type: "frame-received", socket: 1, line },
});
const event = (sequence: number, body: Record<string, unknown>) => hears(eventLine(sequence, body));
const toggle = (source: "microphone" | "camera" | "screen"): RoomInput => ({
  type: "sources",
  input: { type: "toggle", source },
});
const JOIN: RoomInput = { type: "join" };
const OPENED: RoomInput = { type: "control", input: { type: "socket-opened", socket: 1 } };
const MICROPHONE_ON: RoomInput = {
  type: "sources",
  input: { type: "changed", source: "microphone", on: true },
};
const refusedLine = (code: string) => JSON.stringify({ type: "refused", request: 1, code, message: "no" });
const closedLine = (code: string) => JSON.stringify({ type: "closed", code, message: "" });
const CONNECTED: RoomInput = { type: "media", input: { type: "connected", connection: 1 } };
const WISHES = {
  name: "Ann",
  invitation: null,
  passcode: null,
  microphone: true,
  camera: true,
  is_opening: false,
  place: null,
  is_reload: false,
};

const knocked = run(initialRoom(WISHES), 0, JOIN, OPENED).state;
const enter = (changes: Parameters<typeof snapshot>[0] = {}) =>
  run(knocked, 0, hears(admittedLine({ snapshot: snapshot(changes) })), CONNECTED);
const inside = run(enter().state, 0, MICROPHONE_ON);

describe("devices that were chosen before joining and that the room keeps off", () => {
  const STRICT = { ...OPEN, starts_muted: true, unmute: false };
  const muted = enter({ rules: STRICT });
  const may = event(11, { type: "speech-allowed", participant_id: ID("ann") });

  test("are told of, with what keeps them off", () => {
    expect(muted.effects.filter((effect) => effect.type === "set-source")).toEqual([]);
    expect(viewOf(muted.state).held).toMatchObject({ free: ["camera"], kept_off: ["microphone"] });
  });

  test("never turn on by themselves, and with one act when they may", () => {
    const allowed = run(muted.state, 0, may);
    expect(allowed.effects.filter((effect) => effect.type === "set-source")).toEqual([]);
    expect(viewOf(allowed.state).held).toMatchObject({ free: ["microphone", "camera"], kept_off: [] });
    const on = run(allowed.state, 0, { type: "answer-held", on: true });
    expect(on.effects).toEqual([
      { type: "set-source", source: "microphone", on: true },
      { type: "set-source", source: "camera", on: true },
    ]);
    expect(viewOf(on.state).held).toMatchObject({ free: [], kept_off: [] });
  });

  test("are offered when they may be on though the reason was read", () => {
    const read = run(muted.state, 0, { type: "answer-held", on: false });
    expect(viewOf(read.state).held).toMatchObject({ free: [], kept_off: [] });
    expect(viewOf(run(read.state, 0, may).state).held.free).toEqual(["microphone"]);
  });

  test("are told of as the room's beginning only where nothing forbids them", () => {
    const begun = enter({ rules: { ...OPEN, starts_muted: true } });
    expect(viewOf(begun.state).held).toMatchObject({ free: ["microphone", "camera"], is_beginning: true });
    expect(viewOf(run(muted.state, 0, may).state).held.is_beginning).toBe(false);
  });

  test("that one turned on oneself are not offered any more", () => {
    const own = run(enter({ rules: { ...OPEN, starts_muted: true } }).state, 0, toggle("microphone"));
    expect(viewOf(own.state).held.free).toEqual(["camera"]);
  });

  test("that a freeze turned off are offered after the thaw", () => {
    const frozen = run(inside.state, 0, event(11, { type: "room-frozen" }));
    expect(viewOf(frozen.state).held).toMatchObject({ free: [], kept_off: [] });
    const thawed = run(frozen.state, 0, event(12, { type: "room-thawed" }));
    expect(viewOf(thawed.state).held.free).toEqual(["microphone", "camera"]);
    expect(thawed.effects.filter((effect) => effect.type === "set-source")).toEqual([]);
  });
});

describe("a page that is loaded again", () => {
  const WITH_PLACE = { ...WISHES, place: { participant_id: ID("ann"), secret: "s" }, is_reload: true };
  const asked = run(initialRoom(WITH_PLACE), 0, JOIN, OPENED);

  test("asks for its place with its first frame, and waits with the devices", () => {
    const [, frame] = asked.effects;
    expect(frame).toMatchObject({
      frame: { type: "knock", resume: { participant_id: "ann", secret: "s", last_sequence: 0 } },
    });
    expect(asked.effects.some((effect) => effect.type === "set-source")).toBe(false);
  });

  test("has what was on again, though the room begins muted", () => {
    const rules = { ...OPEN, starts_muted: true };
    const back = run(asked.state, 0, hears(admittedLine({ resumed: true, snapshot: snapshot({ rules }) })));
    expect(back.effects.filter((effect) => effect.type === "set-source")).toHaveLength(2);
  });

  test("begins as the room has it when the seat was gone", () => {
    const rules = { ...OPEN, starts_muted: true };
    const back = run(asked.state, 0, hears(admittedLine({ resumed: false, snapshot: snapshot({ rules }) })));
    expect(back.effects.filter((effect) => effect.type === "set-source")).toEqual([]);
  });

  test("knocks for nobody: without its place it goes back to the page before the room", () => {
    const gone = run(asked.state, 0, hears(refusedLine("resume-unknown")));
    expect(viewOf(gone.state).ending?.code).toBe("resume-unknown");
    expect(placeOf(gone.state)).toBeNull();
  });

  test("finds nothing to go back to after a removal, and its old place after leaving by an act", () => {
    expect(placeOf(inside.state)).toMatchObject({ participant_id: "ann", microphone: true, is_over: false });
    const removed = run(inside.state, 0, hears(closedLine("removed")));
    expect(placeOf(removed.state)).toBeNull();
    const left = run(inside.state, 0, { type: "leave" }, hears(closedLine("left")));
    expect(placeOf(left.state)).toMatchObject({ participant_id: "ann", is_over: true });
  });
});

test("leaving hangs up at once, and once", () => {
  const left = run(inside.state, 0, { type: "leave" });
  expect(left.effects.map(({ type }) => type)).toEqual(["send-frame", "disconnect-media"]);
  const over = run(left.state, 0, hears(closedLine("left")));
  expect(over.effects.some(({ type }) => type === "disconnect-media")).toBe(false);
  expect(viewOf(over.state).ending?.code).toBe("left");
});

describe("a removal", () => {
  const others = [participant("ann", { role: "host" }), participant("bob")];
  const hosting = enter({ participants: others, waiting: [], warned: [], bans: [] });
  const remove: RoomInput = { type: "ask", act: { type: "remove", participant_id: ID("bob") } };
  const gone = event(11, { type: "participant-left", participant_id: ID("bob"), reason: "removed" });

  test("can be undone by whoever asked for it, once it is done", () => {
    const asked = run(hosting.state, 0, remove);
    expect(viewOf(asked.state).removed).toBeNull();
    const done = run(asked.state, 0, gone);
    expect(viewOf(done.state).removed).toEqual({ id: "bob", name: "BOB" });
    const undone = run(done.state, 0, {
      type: "ask",
      act: { type: "let-back", participant_id: ID("bob") },
    });
    expect(viewOf(undone.state).removed).toBeNull();
    expect(undone.effects).toMatchObject([{ frame: { type: "let-back", participant_id: "bob" } }]);
  });

  test("is not offered to be undone any more once the person is banned at the door", () => {
    const knocks = event(12, { type: "person-waiting", waiting: { ...waiting("bob2"), name: "BOB" } });
    const back = run(run(hosting.state, 0, remove).state, 0, gone, knocks);
    expect(viewOf(back.state).removed).toEqual({ id: "bob", name: "BOB" });
    const ban: RoomInput = { type: "ask", act: { type: "ban", participant_id: ID("bob2") } };
    expect(viewOf(run(back.state, 0, ban).state).removed).toBeNull();
  });
});

test("what the door warned of is still beside the name inside, for those who run the room", () => {
  const warned = [waiting("bob", { looks_like: ["Bo"] })];
  const hosting = enter({ participants: [participant("ann", { role: "host" }), participant("bob")], warned });
  expect(viewOf(hosting.state).others[0]?.warnings?.looks_like).toEqual(["Bo"]);
  expect(viewOf(enter().state).others[0]?.warnings).toBeNull();
});
