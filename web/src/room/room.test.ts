import { describe, expect, test } from "vitest";
import { MERGE_WINDOW_MS } from "./announcements";
import { NO_FACTS, NO_MEDIA, type MediaFacts, type PictureKey } from "./facts";
import {
  initialRoom,
  MUTED_HINT_MS,
  roomDeadline_ms,
  stepRoom,
  TROUBLE_SHOWN_AFTER_MS,
  type RoomEffect,
  type RoomInput,
  type RoomState,
} from "./room";
import { admittedLine, at, CODE, eventLine, ID, MESSAGE, message, participant, snapshot } from "./testing";
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

function hears(line: string, socket = 1): RoomInput {
  return { type: "control", input: { type: "frame-received", socket, line } };
}

function facts(people: MediaFacts["people"], own: Partial<MediaFacts["own"]> = {}): RoomInput {
  return { type: "facts", facts: { ...NO_FACTS, people, own: { ...NO_MEDIA, ...own } } };
}

const WISHES = {
  name: "Ann",
  invitation: null,
  passcode: null,
  microphone: true,
  camera: false,
  is_opening: false,
  place: null,
  is_reload: false,
};
const JOIN: RoomInput = { type: "join" };
const TICK: RoomInput = { type: "tick" };
const OPENED: RoomInput = { type: "control", input: { type: "socket-opened", socket: 1 } };
const CLOSED: RoomInput = { type: "control", input: { type: "socket-closed", socket: 1 } };
const CONNECTED: RoomInput = { type: "media", input: { type: "connected", connection: 1 } };
const BOB = ID("bob");
const SCREEN = "bob/screen" as PictureKey;

const entered = run(initialRoom(WISHES), 0, JOIN, OPENED, hears(admittedLine()));
const inside = run(entered.state, 100, CONNECTED).state;
const says = (sequence: number, id = "bob") =>
  hears(
    eventLine(sequence, {
      type: "chat-posted",
      message: message(`m${sequence}`, sequence, { participant_id: ID(id) }),
    }),
  );

describe("joining", () => {
  test("of the room's host opens the control channel and the wished-for devices at the same moment", () => {
    expect(run(initialRoom({ ...WISHES, is_opening: true }), 0, JOIN).effects).toEqual([
      { type: "open-socket", socket: 1, code: null },
      { type: "set-source", source: "microphone", on: true },
    ]);
    expect(viewOf(initialRoom(WISHES))).toMatchObject({ phase: "joining", me: null, others: [] });
  });

  test("connects the media and starts the devices as soon as it is admitted, not before", () => {
    expect(run(initialRoom(WISHES), 0, JOIN, OPENED).effects.map((one) => one.type)).toEqual([
      "open-socket",
      "send-frame",
    ]);
    expect(entered.effects.slice(2)).toEqual([
      { type: "connect-media", connection: 1, media: { url: "", token: "grant-1" } },
      { type: "set-source", source: "microphone", on: true },
    ]);
    expect(entered.view).toMatchObject({ phase: "in", me: { name: "ANN", is_me: true } });
    expect(entered.view.others.map((one) => one.name)).toEqual(["BOB"]);
  });

  test("a first connection that takes long is shown as what it is", () => {
    const slow = run(entered.state, TROUBLE_SHOWN_AFTER_MS, TICK);
    expect(slow.view.trouble).toMatchObject({ what: "media", doing: "connecting" });
  });
});

describe("people", () => {
  test("keep their order; what the media link knows is shown on their tile", () => {
    const seen = run(
      inside,
      200,
      hears(eventLine(11, { type: "participant-joined", participant: participant("cat") })),
      facts({ [BOB]: { ...NO_MEDIA, is_heard: true, is_speaking: true, quality: "poor" } }),
    );
    expect(seen.view.others.map((one) => [one.id, one.is_muted, one.is_speaking, one.quality])).toEqual([
      ["bob", false, true, "poor"],
      ["cat", true, false, "unknown"],
    ]);
  });

  test("a muted person does not speak, whatever the last report says", () => {
    const seen = run(inside, 200, facts({ [BOB]: { ...NO_MEDIA, is_heard: false, is_speaking: true } }));
    expect(seen.view.others[0]).toMatchObject({ is_muted: true, is_speaking: false });
  });

  test("oneself is muted from the moment of the wish", () => {
    const muted = run(inside, 200, { type: "sources", input: { type: "toggle", source: "microphone" } });
    expect(muted.view.me?.is_muted).toBe(true);
  });

  test("a broken control link of somebody else is shown", () => {
    const gone = run(
      inside,
      200,
      hears(eventLine(11, { type: "participant-disconnected", participant_id: "bob" })),
    );
    expect(gone.view.others[0]?.is_reconnecting).toBe(true);
  });
});

describe("shared screens", () => {
  const sharing = run(inside, 200, facts({ [BOB]: { ...NO_MEDIA, screen: SCREEN } }));

  test("take the stage, the newest last", () => {
    expect(sharing.view.shares).toMatchObject([{ person: { id: "bob" }, picture: SCREEN }]);
    const both = run(
      sharing.state,
      300,
      facts({ [BOB]: { ...NO_MEDIA, screen: SCREEN } }, { screen: "own/screen" as PictureKey }),
    );
    expect(both.view.shares.map((share) => share.person.id)).toEqual(["bob", "ann"]);
    const one = run(both.state, 400, facts({}, { screen: "own/screen" as PictureKey }));
    expect(one.view.shares.map((share) => share.person.id)).toEqual(["ann"]);
  });

  test("are announced, one's own not", () => {
    const said = run(sharing.state, 200 + MERGE_WINDOW_MS, TICK);
    expect(said.view.announcement?.names).toEqual({ "share-started": ["BOB"] });
    const own = run(inside, 200, facts({}, { screen: "own/screen" as PictureKey }));
    expect(own.state.announcements.gathered).toEqual([]);
  });
});

describe("chat", () => {
  test("what others write counts as unread until the chat is looked at", () => {
    const two = run(inside, 200, says(11), says(12));
    expect(two.view.unread).toBe(2);
    const looked = run(two.state, 300, { type: "show-chat", shown: true }, says(13), {
      type: "show-chat",
      shown: false,
    });
    expect(looked.view.unread).toBe(0);
    expect(run(looked.state, 400, says(14)).view.unread).toBe(1);
  });

  test("one's own lines and those from before one came are not unread", () => {
    expect(run(inside, 200, says(11, "ann")).view.unread).toBe(0);
    const late = run(
      initialRoom(WISHES),
      0,
      JOIN,
      OPENED,
      hears(admittedLine({ snapshot: snapshot({ chat: [message("m1", 9)] }) })),
    );
    expect(late.view.unread).toBe(0);
  });

  test("a line stands in its place while it is on its way, and says when it failed", () => {
    const said = run(inside, 200, says(11), { type: "say", message_id: MESSAGE("mine"), text: "hello" });
    expect(said.view.chat.map((line) => [line.text, line.state, line.is_mine])).toEqual([
      ["text of m11", "written", false],
      ["hello", "sending", true],
    ]);
    const refused = run(
      said.state,
      210,
      hears('{"type":"refused","request":2,"code":"rate-limited","message":""}'),
    );
    expect(refused.view.chat.at(-1)).toMatchObject({ state: "failed", refusal: "rate-limited" });
  });
});

describe("trouble", () => {
  test("is shown once it lasts, with what is broken and what is being done", () => {
    const broken = run(inside, 1000, CLOSED);
    expect(broken.view.trouble).toBeNull();
    expect(broken.state.media.link.phase).toBe("connected");
    const later = run(broken.state, 1000 + TROUBLE_SHOWN_AFTER_MS, TICK);
    expect(later.view.trouble).toMatchObject({ what: "control", since_ms: 1000, doing: "connecting" });
    expect(later.effects).toEqual([{ type: "open-socket", socket: 2, code: CODE }]);
  });

  test("of both links is trouble with everything", () => {
    const broken = run(inside, 1000, CLOSED, {
      type: "media",
      input: { type: "reconnecting", connection: 1 },
    });
    expect(run(broken.state, 1000 + TROUBLE_SHOWN_AFTER_MS, TICK).view.trouble).toMatchObject({
      what: "everything",
      doing: "resuming",
    });
  });

  test("that mends itself at once is never shown or said", () => {
    const blip = run(inside, 1000, { type: "media", input: { type: "reconnecting", connection: 1 } });
    const back = run(blip.state, 1500, CONNECTED);
    const later = run(back.state, 9000, TICK);
    expect(later.view).toMatchObject({ trouble: null, announcement: null });
  });

  test("asks for a new media grant over the control channel and connects with it", () => {
    const lost = run(inside, 1000, { type: "media", input: { type: "disconnected", connection: 1 } });
    const asked = run(lost.state, 1100, TICK);
    expect(asked.effects).toEqual([
      { type: "send-frame", socket: 1, frame: { type: "renew-media", request: 2 } },
    ]);
    const media = { url: "", token: "grant-2" };
    const again = run(asked.state, 1150, hears(JSON.stringify({ type: "media", request: 2, media })));
    expect(again.effects).toContainEqual({ type: "connect-media", connection: 2, media });
  });
});

describe("what is said aloud", () => {
  test("others' comings and goings, not one's own", () => {
    const three = run(
      inside,
      200,
      hears(eventLine(11, { type: "participant-joined", participant: participant("cat") })),
      hears(eventLine(12, { type: "participant-left", participant_id: "bob", reason: "left" })),
      hears(eventLine(13, { type: "hand-raised", participant_id: "ann", at: "t" })),
    );
    expect(roomDeadline_ms(three.state)).toBe(200 + MERGE_WINDOW_MS);
    expect(run(three.state, 200 + MERGE_WINDOW_MS, TICK).view.announcement?.names).toEqual({
      joined: ["CAT"],
      left: ["BOB"],
    });
  });

  test("a voice into a muted microphone shows a hint for a while", () => {
    const muted = run(inside, 200, { type: "sources", input: { type: "toggle", source: "microphone" } });
    const hint = run(muted.state, 300, { type: "voice-while-muted" });
    expect(hint.view.is_muted_hint_shown).toBe(true);
    expect(run(hint.state, 300 + MUTED_HINT_MS, TICK).view.is_muted_hint_shown).toBe(false);
    expect(run(inside, 300, { type: "voice-while-muted" }).view.is_muted_hint_shown).toBe(false);
  });
});

describe("the end", () => {
  const ended = run(inside, 500, hears('{"type":"closed","code":"meeting-ended","message":"bye"}'));

  test("closes the media, stops the devices and says why", () => {
    expect(ended.effects).toEqual([
      { type: "close-socket", socket: 1 },
      { type: "disconnect-media", connection: 1 },
      { type: "stop-sources" },
      { type: "ended", code: "meeting-ended", message: "bye", reason: null },
    ]);
    expect(ended.view).toMatchObject({ phase: "over", ending: { code: "meeting-ended" }, trouble: null });
  });

  test("nothing starts again after it", () => {
    const after = run(
      ended.state,
      600,
      CLOSED,
      CONNECTED,
      TICK,
      facts({ [BOB]: { ...NO_MEDIA, screen: SCREEN } }),
      {
        type: "sources",
        input: { type: "toggle", source: "camera" },
      },
    );
    expect(after.effects).toEqual([]);
    expect(after.view.shares).toEqual([]);
  });
});
