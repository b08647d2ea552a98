import { describe, expect, test } from "vitest";
import { initialMedia, mediaDeadline_ms, stepMedia, type MediaInput, type MediaState } from "./media";
import { at, ID } from "./testing";

const GRANT = { type: "granted", media: { url: "", token: "t1" }, as: ID("ann") } as const;

function run(state: MediaState, now_ms: number, ...inputs: MediaInput[]) {
  let now = state;
  const effects = [];
  for (const input of inputs) {
    const step = stepMedia(now, input, at(now_ms));
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects };
}

const connected = run(initialMedia, 0, GRANT, { type: "connected", connection: 1 }).state;

describe("the media link", () => {
  test("connects with the first grant and ignores further ones while it lives", () => {
    expect(run(initialMedia, 0, GRANT).effects).toEqual([
      { type: "connect-media", connection: 1, media: GRANT.media },
    ]);
    expect(run(connected, 5, GRANT)).toEqual({ state: connected, effects: [] });
  });

  test("a new identity connects anew, the old connection first closed", () => {
    const other = run(connected, 5, { ...GRANT, as: ID("ann-2") });
    expect(other.effects.map((effect) => effect.type)).toEqual(["disconnect-media", "connect-media"]);
    expect(other.state).toMatchObject({ connection: 2, as: "ann-2", link: { phase: "connecting" } });
  });

  test("a link the library mends is broken from its first sign until it is back", () => {
    const broken = run(connected, 100, { type: "reconnecting", connection: 1 });
    expect(broken.state.broken_since_ms).toBe(100);
    expect(run(broken.state, 900, { type: "connected", connection: 1 }).state.broken_since_ms).toBeNull();
  });

  test("a lost link waits, asks for a grant, and connects with it", () => {
    const lost = run(connected, 1000, { type: "disconnected", connection: 1 });
    expect(lost.effects).toEqual([]);
    expect(mediaDeadline_ms(lost.state)).toBe(1100);
    expect(run(lost.state, 1099, { type: "tick" }).effects).toEqual([]);
    const asked = run(lost.state, 1100, { type: "tick" });
    expect(asked.effects).toEqual([{ type: "ask-grant" }]);
    const again = run(asked.state, 1150, { ...GRANT, media: { url: "", token: "t2" } });
    expect(again.effects).toEqual([
      { type: "disconnect-media", connection: 1 },
      { type: "connect-media", connection: 2, media: { url: "", token: "t2" } },
    ]);
    expect(again.state.broken_since_ms).toBe(1000);
  });

  test("an end told twice counts once", () => {
    const once = run(connected, 0, { type: "disconnected", connection: 1 });
    const twice = run(once.state, 50, { type: "disconnected", connection: 1 });
    expect(twice.state).toEqual(once.state);
  });

  test("a refused grant waits longer each time", () => {
    let state = run(connected, 0, { type: "disconnected", connection: 1 }).state;
    const waits = [];
    for (let round = 0; round < 3; round += 1) {
      const due_ms = mediaDeadline_ms(state) ?? 0;
      state = run(state, due_ms, { type: "tick" }, { type: "grant-refused" }).state;
      waits.push((mediaDeadline_ms(state) ?? 0) - due_ms);
    }
    expect(waits).toEqual([200, 400, 400]);
  });

  test("news of an older connection is history, and nothing follows the end", () => {
    expect(run(connected, 0, { type: "disconnected", connection: 0 }).state).toEqual(connected);
    const ended = run(connected, 0, { type: "end" });
    expect(ended.effects).toEqual([{ type: "disconnect-media", connection: 1 }]);
    expect(run(ended.state, 1, GRANT, { type: "connected", connection: 1 })).toEqual({
      state: ended.state,
      effects: [],
    });
  });
});
