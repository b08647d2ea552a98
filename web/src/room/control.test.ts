import { describe, expect, test } from "vitest";
import {
  controlDeadline_ms,
  initialControl,
  KNOCK_AGAIN_AFTER_MS,
  KNOCK_TIMEOUT_MS,
  LEAVE_GRACE_MS,
  OPEN_TIMEOUT_MS,
  PING_EVERY_MS,
  SILENCE_LIMIT_MS,
  stepControl,
  type ControlEffect,
  type ControlInput,
  type ControlState,
} from "./control";
import { admittedLine, at, CODE, eventLine, ID, MESSAGE, message, participant, snapshot } from "./testing";

interface Run {
  readonly state: ControlState;
  readonly effects: readonly ControlEffect[];
}

function run(state: ControlState, now_ms: number, ...inputs: ControlInput[]): Run {
  let now = state;
  const effects: ControlEffect[] = [];
  for (const input of inputs) {
    const step = stepControl(now, input, at(now_ms));
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects };
}

function frames({ effects }: Run) {
  return effects.flatMap((effect) => (effect.type === "send-frame" ? [effect.frame] : []));
}

function hears(line: string, socket = 1): ControlInput {
  return { type: "frame-received", socket, line };
}

const ANN = { name: "Ann", invitation: null, passcode: null };
const KNOCK = { type: "knock", ...ANN };
const TICK = { type: "tick" } as const;
const JOIN = { type: "join" } as const;
const OPENED = { type: "socket-opened", socket: 1 } as const;
const CLOSED = { type: "socket-closed", socket: 1 } as const;
const CHAT = { type: "act", act: { type: "send-chat", message_id: MESSAGE("m1"), text: "hello" } } as const;

test("a channel that is dropped on the way is told of until one opens, and tried all the while", () => {
  const waiting = run(initialControl(ANN), 0, JOIN, CLOSED).state;
  const dropped = run(waiting, 0, { type: "sockets-dropped" }).state;
  expect(dropped.is_dropped).toBe(true);
  const again = run(dropped, 60_000, TICK);
  expect(again.effects).toContainEqual({ type: "open-socket", socket: 2, code: null });
  expect(run(again.state, 60_000, { type: "socket-opened", socket: 2 }).state.is_dropped).toBe(false);
});

const knocking = run(initialControl(ANN), 0, JOIN, OPENED).state;
const open = run(knocking, 0, hears(admittedLine())).state;
const refusal = (request: number, code: string) =>
  hears(JSON.stringify({ type: "refused", request, code, message: "no" }));

describe("entering", () => {
  test("opens a socket, knocks with the name, and hands the grant on", () => {
    expect(run(initialControl(ANN), 0, JOIN).effects).toEqual([
      { type: "open-socket", socket: 1, code: null },
    ]);
    const knocked = run(initialControl(ANN), 0, JOIN, OPENED);
    expect(frames(knocked)).toEqual([{ ...KNOCK, request: 1, resume: null }]);
    const admitted = run(knocking, 5, hears(admittedLine()));
    expect(admitted.effects).toEqual([
      { type: "media-granted", media: { url: "", token: "grant-1" }, as: "ann" },
    ]);
    expect(admitted.state).toMatchObject({ link: { phase: "open" }, broken_since_ms: null, attempt: 0 });
  });

  test("joining twice is joining once", () => {
    expect(run(open, 9, JOIN)).toEqual({ state: open, effects: [] });
  });

  test.each(["meeting-unknown", "room-full", "name-needed"])("%s at the door is final", (code) => {
    const refused = run(knocking, 0, refusal(1, code));
    expect(refused.state.link).toMatchObject({ phase: "closed", code });
    expect(refused.effects).toContainEqual({ type: "ended", code, message: "no", reason: null });
    expect(controlDeadline_ms(refused.state)).toBeNull();
  });

  test("too much haste is answered by waiting longer", () => {
    const hasty = run(knocking, 0, refusal(1, "rate-limited")).state;
    expect(hasty.link).toMatchObject({ phase: "waiting", until_ms: KNOCK_AGAIN_AFTER_MS });
  });

  test("a socket that does not open, or a knock that stays unanswered, is given up", () => {
    const opening = run(initialControl(ANN), 0, JOIN).state;
    expect(run(opening, OPEN_TIMEOUT_MS - 1, TICK).effects).toEqual([]);
    expect(run(opening, OPEN_TIMEOUT_MS, TICK).effects).toEqual([{ type: "close-socket", socket: 1 }]);
    expect(run(knocking, KNOCK_TIMEOUT_MS, TICK).state.link.phase).toBe("waiting");
  });
});

describe("a broken link", () => {
  const broken = run(open, 1000, CLOSED);
  const reopened = run(broken.state, 1100, TICK, { type: "socket-opened", socket: 2 });

  test("knows since when, and tries again soon", () => {
    expect(broken.state.broken_since_ms).toBe(1000);
    expect(controlDeadline_ms(broken.state)).toBe(1100);
    expect(run(broken.state, 1100, TICK).effects).toEqual([{ type: "open-socket", socket: 2, code: CODE }]);
  });

  test("takes its place back with the last sequence it has seen", () => {
    const [knock] = frames(reopened);
    expect(knock).toMatchObject({
      type: "knock",
      resume: { participant_id: "ann", secret: "s3cret", last_sequence: 10 },
    });
  });

  test("goes on where it was when resumed without a snapshot", () => {
    const resumed = run(
      reopened.state,
      1150,
      hears(admittedLine({ resumed: true, snapshot: null }), 2),
      hears(eventLine(11, { type: "participant-joined", participant: participant("cat") }), 2),
    );
    expect(resumed.state.snapshot?.participants.map((one) => one.id)).toEqual(["ann", "bob", "cat"]);
  });

  test("enters anew when its place is gone", () => {
    const line = JSON.stringify({ type: "refused", request: 2, code: "resume-unknown", message: "" });
    const again = run(reopened.state, 1150, hears(line, 2));
    expect(frames(again)).toEqual([{ ...KNOCK, request: 3, resume: null }]);
    expect(again.state.snapshot).toBeNull();
  });

  test("ignores what the old socket still says", () => {
    expect(run(reopened.state, 1150, hears(admittedLine(), 1), CLOSED)).toEqual({
      state: reopened.state,
      effects: [],
    });
  });

  test("is taken back under the link the meeting has now", () => {
    const moved = run(open, 900, hears(eventLine(11, { type: "link-changed", code: "new-link" }))).state;
    const back = run(run(moved, 1000, CLOSED).state, 1100, TICK);
    expect(back.effects).toEqual([{ type: "open-socket", socket: 2, code: "new-link" }]);
  });

  test("does not wait when the network comes back", () => {
    const waited = run(broken.state, 1010, { type: "network-returned" });
    expect(waited.effects).toEqual([{ type: "open-socket", socket: 2, code: CODE }]);
  });

  test("waits longer after each failure", () => {
    const second = run(run(broken.state, 1100, TICK).state, 1200, { type: "socket-closed", socket: 2 }).state;
    expect(controlDeadline_ms(second)).toBe(1400);
  });
});

describe("an open link", () => {
  test("is pinged, and given up after a silence", () => {
    const pinged = run(open, PING_EVERY_MS, TICK);
    expect(frames(pinged)).toEqual([{ type: "ping", request: 2 }]);
    const silent = run(pinged.state, SILENCE_LIMIT_MS, TICK);
    expect(silent.state.link.phase).toBe("waiting");
    const heard = run(pinged.state, 5000, hears('{"type":"pong","request":2}')).state;
    expect(run(heard, SILENCE_LIMIT_MS, TICK).state.link.phase).toBe("open");
  });

  test("an event that was there already changes nothing", () => {
    const again = run(open, 1, hears(eventLine(10, { type: "hand-raised", participant_id: "bob", at: "t" })));
    expect(again.state.snapshot).toEqual(open.snapshot);
  });

  test("a hole in the events is mended by knocking again", () => {
    const hole = run(open, 1, hears(eventLine(13, { type: "hand-lowered", participant_id: "bob" })));
    expect(hole.state.link.phase).toBe("waiting");
    expect(hole.state.snapshot?.sequence).toBe(10);
  });

  test("an unreadable line is not an end", () => {
    expect(run(open, 1, hears("nonsense")).state.link.phase).toBe("open");
  });

  test.each(["meeting-ended", "replaced", "removed"])("%s is the end", (code) => {
    const closed = run(open, 1, hears(JSON.stringify({ type: "closed", code, message: "bye" })));
    expect(closed.effects).toContainEqual({ type: "ended", code, message: "bye", reason: null });
    expect(run(closed.state, 99, CLOSED, TICK, CHAT, JOIN).effects).toEqual([]);
  });

  test("a restart of the server is not", () => {
    const restarting = run(open, 1, hears('{"type":"closed","code":"server-restarting","message":""}'));
    expect(restarting.state.link).toEqual({ phase: "waiting", until_ms: 101 });
  });
});

describe("acts", () => {
  test("a chat line is sending until the room holds it", () => {
    const said = run(open, 1, CHAT);
    expect(frames(said)).toEqual([{ type: "send-chat", request: 2, message_id: "m1", text: "hello" }]);
    expect(said.state.outgoing[0]?.state).toBe("sending");
    const done = run(said.state, 2, hears('{"type":"done","request":2,"sequence":11}')).state;
    expect(done.outgoing[0]?.state).toBe("sent");
    const own = message("m1", 11, { participant_id: ID("ann"), text: "hello" });
    const written = run(done, 3, hears(eventLine(11, { type: "chat-posted", message: own }))).state;
    expect(written.outgoing).toEqual([]);
    expect(written.snapshot?.chat).toHaveLength(1);
  });

  test("an unanswered line is sent again on the next link, under the same id", () => {
    const said = run(run(open, 1, CHAT, CLOSED).state, 101, TICK, { type: "socket-opened", socket: 2 }).state;
    const back = run(said, 150, hears(admittedLine({ resumed: true, snapshot: null }), 2));
    expect(frames(back)).toEqual([{ type: "send-chat", request: 2, message_id: "m1", text: "hello" }]);
  });

  test("a line that the new snapshot holds is not shown twice", () => {
    const said = run(run(open, 1, CHAT, CLOSED).state, 101, TICK, { type: "socket-opened", socket: 2 }).state;
    const whole = snapshot({ sequence: 11, chat: [message("m1", 11)] });
    expect(run(said, 150, hears(admittedLine({ snapshot: whole }), 2)).state.outgoing).toEqual([]);
  });

  test("a refused line says so and can be tried again", () => {
    const failed = run(run(open, 1, CHAT).state, 2, refusal(2, "rate-limited"));
    expect(failed.state.outgoing[0]).toMatchObject({ state: "failed", refusal: "rate-limited" });
    expect(failed.state.outbox).toEqual([]);
    const again = run(failed.state, 3, { type: "retry-message", message_id: MESSAGE("m1") });
    expect(frames(again)).toEqual([{ type: "send-chat", request: 3, message_id: "m1", text: "hello" }]);
    expect(again.state.outgoing).toHaveLength(1);
  });

  test("of a hand raised and lowered while the link is broken only the last counts", () => {
    const broken = run(
      open,
      1,
      CLOSED,
      { type: "act", act: { type: "raise-hand" } },
      {
        type: "act",
        act: { type: "lower-hand" },
      },
    ).state;
    expect(broken.outbox.map(({ act }) => act.type)).toEqual(["lower-hand"]);
  });

  test("one renewal of the media grant at a time; an admission answers it too", () => {
    const renew = { type: "act", act: { type: "renew-media" } } as const;
    const asked = run(open, 1, renew, renew);
    expect(frames(asked)).toEqual([{ type: "renew-media", request: 2 }]);
    const media = { url: "", token: "grant-2" };
    const answered = run(asked.state, 2, hears(JSON.stringify({ type: "media", request: 2, media })));
    expect(answered.effects).toEqual([{ type: "media-granted", media, as: "ann" }]);
    const reentered = run(run(asked.state, 2, CLOSED).state, 102, TICK, {
      type: "socket-opened",
      socket: 2,
    }).state;
    const admitted = run(reentered, 103, hears(admittedLine({ resumed: true, snapshot: null }), 2));
    expect(frames(admitted)).toEqual([]);
    expect(admitted.effects).toContainEqual(expect.objectContaining({ type: "media-granted" }));
  });
});

describe("leaving", () => {
  const LEAVE = { type: "leave" } as const;

  test("is said, and over with the server's answer", () => {
    const leaving = run(open, 1, LEAVE);
    expect(frames(leaving)).toEqual([{ type: "leave", request: 2 }]);
    const left = run(leaving.state, 2, hears('{"type":"closed","code":"left","message":""}'));
    expect(left.effects).toContainEqual({ type: "ended", code: "left", message: "", reason: null });
  });

  test("does not wait for a server that says nothing", () => {
    const leaving = run(open, 1, LEAVE).state;
    expect(controlDeadline_ms(leaving)).toBe(1 + LEAVE_GRACE_MS);
    expect(run(leaving, 1 + LEAVE_GRACE_MS, TICK).state.link).toMatchObject({
      phase: "closed",
      code: "left",
    });
    expect(run(leaving, 3, CLOSED).state.link).toMatchObject({ phase: "closed", code: "left" });
  });

  test("without a link is over at once", () => {
    const broken = run(open, 1, CLOSED).state;
    expect(run(broken, 2, LEAVE).effects).toContainEqual({
      type: "ended",
      code: "left",
      message: "",
      reason: null,
    });
  });
});
