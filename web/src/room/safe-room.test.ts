import { describe, expect, test } from "vitest";
import { MERGE_WINDOW_MS } from "./announcements";
import { NO_FACTS } from "./facts";
import {
  initialRoom,
  roomDeadline_ms,
  stepRoom,
  type RoomEffect,
  type RoomInput,
  type RoomState,
} from "./room";
import {
  admittedLine,
  at,
  eventLine,
  ID,
  OPEN,
  participant,
  snapshot,
  waiting,
  waitingLine,
} from "./testing";
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
const CONNECTED: RoomInput = { type: "media", input: { type: "connected", connection: 1 } };
const TICK: RoomInput = { type: "tick" };
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
const HOST = [participant("ann", { role: "host" }), participant("bob")];

const knocked = run(initialRoom(WISHES), 0, JOIN, OPENED).state;
const enter = (changes: Parameters<typeof snapshot>[0] = {}) =>
  run(knocked, 0, hears(admittedLine({ snapshot: snapshot(changes) })), CONNECTED);
const inside = run(enter().state, 0, MICROPHONE_ON);
const hosting = run(enter({ participants: HOST, waiting: [] }).state, 0, MICROPHONE_ON);

describe("at the door", () => {
  const atDoor = run(knocked, 0, hears(waitingLine({ host: "Claire", has_host: true })));

  test("nothing is captured, and nothing of the room is known", () => {
    expect(atDoor.effects).toEqual([]);
    expect(atDoor.view).toMatchObject({
      phase: "waiting",
      door: { host: "Claire", has_host: true, note: "none" },
      meeting: null,
      me: null,
      others: [],
      chat: [],
    });
  });

  test("one line to the host is on its way, then left", () => {
    const sent = run(atDoor.state, 1, { type: "ask", act: { type: "leave-note", text: "me" } });
    expect(sent.view.door?.note).toBe("sending");
    expect(run(sent.state, 2, hears(waitingLine({ request: 0, note_left: true }))).view.door?.note).toBe(
      "left",
    );
  });

  test("the devices start on admission", () => {
    const admitted = run(atDoor.state, 9, hears(admittedLine({ request: 0 })));
    expect(admitted.effects.filter((one) => one.type === "set-source")).toHaveLength(2);
    expect(admitted.view.phase).toBe("in");
  });

  test("who falls back from the room to the door is captured no longer", () => {
    const broken = run(inside.state, 10, { type: "control", input: { type: "socket-closed", socket: 1 } });
    const again = run(broken.state, 200, TICK, {
      type: "control",
      input: { type: "socket-opened", socket: 2 },
    });
    const back = run(again.state, 201, {
      type: "control",
      input: { type: "frame-received", socket: 2, line: waitingLine({ request: 2 }) },
    });
    expect(back.effects).toContainEqual({ type: "stop-sources" });
    expect(back.view.sources.microphone).toMatchObject({ wanted: false, actual: false });
  });
});

describe("a room that starts muted", () => {
  test("opens no device of a participant, and those of its host", () => {
    const rules = { ...OPEN, starts_muted: true };
    expect(enter({ rules }).effects.some((one) => one.type === "set-source")).toBe(false);
    expect(enter({ rules }).view.sources.microphone.wanted).toBe(false);
    const host = enter({ rules, participants: HOST });
    expect(host.effects.filter((one) => one.type === "set-source")).toHaveLength(2);
  });
});

describe("what the room does not allow", () => {
  test("a freeze turns off whatever is on, without a word about each device", () => {
    const frozen = run(inside.state, 100, event(11, { type: "room-frozen" }));
    expect(frozen.effects).toContainEqual({ type: "set-source", source: "microphone", on: false });
    expect(frozen.view.sources.microphone).toMatchObject({ wanted: false, failure: null });
    expect(frozen.view.settings.is_frozen).toBe(true);
    const tried = run(frozen.state, 200, toggle("camera"));
    expect(tried.view.sources.camera).toMatchObject({ wanted: false, failure: "not-allowed" });
    expect(tried.effects).toEqual([]);
  });

  test("a freeze leaves its host alone", () => {
    const frozen = run(hosting.state, 100, event(11, { type: "room-frozen" }));
    expect(frozen.effects).toEqual([]);
    expect(frozen.view.sources.microphone.wanted).toBe(true);
  });

  test("a microphone that the host muted says so; one that a freeze muted does not", () => {
    const ended: RoomInput = {
      type: "sources",
      input: { type: "ended", source: "microphone", failure: "by-host" },
    };
    expect(run(inside.state, 100, ended).view.sources.microphone.failure).toBe("by-host");
    const first = run(inside.state, 100, event(11, { type: "room-frozen" }), ended);
    expect(first.view.sources.microphone.failure).toBeNull();
    const second = run(inside.state, 100, ended, event(11, { type: "room-frozen" }));
    expect(second.view.sources.microphone.failure).toBeNull();
  });

  test("neither the key held nor a press turns on a microphone that the rules keep off", () => {
    const rules = { ...OPEN, unmute: false };
    const muted = run(inside.state, 100, event(11, { type: "rules-changed", rules, differing: ["unmute"] }));
    expect(muted.view.sources.microphone.wanted).toBe(false);
    const key: RoomInput = { type: "sources", input: { type: "talk-key-pressed" } };
    expect(run(muted.state, 200, key, toggle("microphone")).view.sources.microphone.wanted).toBe(false);
  });
});

describe("being asked to speak", () => {
  const muted = run(inside.state, 100, toggle("microphone"), {
    type: "sources",
    input: { type: "changed", source: "microphone", on: false },
  });
  const asked = run(muted.state, 200, hears('{"type":"asked-to-unmute","by":"Claire"}'));

  test("shows who asks and opens nothing", () => {
    expect(asked.view.asked_by).toBe("Claire");
    expect(asked.effects).toEqual([]);
    expect(asked.view.sources.microphone.wanted).toBe(false);
  });

  test("is answered by the person alone", () => {
    const yes = run(asked.state, 300, { type: "answer-unmute", unmute: true });
    expect(yes.effects).toEqual([{ type: "set-source", source: "microphone", on: true }]);
    expect(yes.view.asked_by).toBeNull();
    const no = run(asked.state, 300, { type: "answer-unmute", unmute: false });
    expect(no.effects).toEqual([]);
    expect(no.view).toMatchObject({ asked_by: null, sources: { microphone: { wanted: false } } });
  });
});

describe("those who run the room", () => {
  test("see who waits, and hear of them once however many come", () => {
    const three = run(
      hosting.state,
      100,
      ...["tom", "lea", "max"].map((id, index) =>
        event(11 + index, { type: "person-waiting", waiting: waiting(id) }),
      ),
    );
    expect(three.view.waiting.map((one) => one.name)).toEqual(["TOM", "LEA", "MAX"]);
    expect(roomDeadline_ms(three.state)).toBe(100 + MERGE_WINDOW_MS);
    expect(run(three.state, 100 + MERGE_WINDOW_MS, TICK).view.announcement?.names).toEqual({
      waiting: ["TOM", "LEA", "MAX"],
    });
  });

  test("who was let in at once is announced as having joined, not as waiting", () => {
    const through = run(
      hosting.state,
      100,
      event(11, { type: "person-waiting", waiting: waiting("tom") }),
      event(12, { type: "person-stopped-waiting", participant_id: "tom", reason: "admitted" }),
      event(13, { type: "participant-joined", participant: participant("tom") }),
    );
    expect(run(through.state, 100 + MERGE_WINDOW_MS, TICK).view.announcement?.names).toEqual({
      joined: ["TOM"],
    });
  });

  test("a refused act is told with its code, and told again when it is refused again", () => {
    const act = { type: "ask", act: { type: "mute", participant_id: ID("bob") } } as const;
    const refused = run(
      run(hosting.state, 100, act).state,
      101,
      hears('{"type":"refused","request":2,"code":"not-allowed","message":""}'),
    );
    expect(refused.view.refusal).toEqual({ number: 1, act: "mute", code: "not-allowed" });
    expect(run(refused.state, 102, { type: "dismiss-refusal" }).view.refusal).toBeNull();
    expect(run(refused.state, 102, act).view).toMatchObject({ refusal: null, pending: [act.act] });
  });

  test("what the server noticed stays until it was read", () => {
    const told = run(
      hosting.state,
      100,
      event(11, { type: "host-told", what: "stranger-removed", name: "x" }),
      event(12, { type: "host-told", what: "second-device", name: "Tom" }),
    );
    expect(told.view.notices.map((one) => one.what)).toEqual(["stranger-removed", "second-device"]);
    expect(run(told.state, 200, { type: "dismiss-notice", number: 1 }).view.notices).toHaveLength(1);
  });

  test("a new role brings a whole new view", () => {
    const promoted = snapshot({
      sequence: 11,
      participants: [participant("ann", { role: "cohost" })],
      waiting: [waiting("tom")],
    });
    const seen = run(
      inside.state,
      100,
      hears(JSON.stringify({ type: "snapshot", snapshot: promoted })),
      event(12, { type: "person-stopped-waiting", participant_id: "tom", reason: "gave-up" }),
    );
    expect(seen.view.may).toMatchObject({ is_moderator: true, is_host: false });
    expect(seen.view.waiting).toEqual([]);
  });
});

describe("reports and lines", () => {
  test("a report becomes a case with a secret of its own", () => {
    const act = {
      type: "report",
      category: "insult",
      participant_id: null,
      text: "",
      message_ids: [],
    } as const;
    const sent = run(inside.state, 100, { type: "ask", act });
    expect(sent.view.pending).toEqual([act]);
    const told = run(
      sent.state,
      101,
      hears('{"type":"reported","request":2,"case_number":"P-2026-0001","secret":"s"}'),
    );
    expect(told.view).toMatchObject({ pending: [], report: { case_number: "P-2026-0001", secret: "s" } });
    expect(run(told.state, 102, { type: "forget-report" }).view.report).toBeNull();
  });

  test("one may take out one's own lines; who runs the room any", () => {
    const line = (id: string) => ({
      message_id: `of-${id}`,
      sequence: 9,
      at: "t",
      participant_id: id,
      name: id,
      text: "x",
      to: "hosts",
    });
    const chat = [line("ann"), line("bob")] as never;
    expect(enter({ chat }).view.chat.map((one) => one.may_delete)).toEqual([true, false]);
    expect(enter({ chat, participants: HOST }).view.chat.map((one) => one.may_delete)).toEqual([true, true]);
    expect(enter({ chat }).view.chat[0]?.to).toBe("hosts");
  });

  test("the spotlight is a person who is there", () => {
    expect(enter({ spotlight: ID("bob") }).view.spotlight?.name).toBe("BOB");
    expect(enter({ spotlight: ID("zoe") }).view.spotlight).toBeNull();
    expect(run(inside.state, 1, { type: "facts", facts: NO_FACTS }).view.spotlight).toBeNull();
  });
});
