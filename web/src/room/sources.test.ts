import { describe, expect, test } from "vitest";
import { initialSources, startSources, stepSources, type SourcesInput, type SourcesState } from "./sources";

function run(state: SourcesState, ...inputs: SourcesInput[]) {
  let now = state;
  const effects = [];
  for (const input of inputs) {
    const step = stepSources(now, input);
    now = step.state;
    effects.push(...step.effects);
  }
  return { state: now, effects };
}

const OFF = initialSources(false, false);
const MIC = { type: "toggle", source: "microphone" } as const;
const on = (source: "microphone" | "camera" | "screen") => ({ type: "set-source", source, on: true });
const off = (source: "microphone" | "camera" | "screen") => ({ type: "set-source", source, on: false });

describe("what this participant sends", () => {
  test("starts what was wished for before the call, and nothing else", () => {
    expect(startSources(initialSources(true, false)).effects).toEqual([on("microphone")]);
    expect(startSources(initialSources(true, true)).effects).toEqual([on("microphone"), on("camera")]);
    expect(startSources(OFF).effects).toEqual([]);
  });

  test("one change at a time; the last wish counts when it is over", () => {
    const first = run(OFF, MIC, MIC, MIC, MIC);
    expect(first.effects).toEqual([on("microphone")]);
    const after = run(first.state, { type: "changed", source: "microphone", on: true });
    expect(after.effects).toEqual([off("microphone")]);
    expect(after.state.microphone).toMatchObject({ wanted: false, actual: true, is_changing: true });
  });

  test("a failure takes the wish back and says why, until the next try", () => {
    const failed = run(OFF, MIC, { type: "failed", source: "microphone", failure: "in-use" });
    expect(failed.state.microphone).toEqual({
      wanted: false,
      actual: false,
      is_changing: false,
      failure: "in-use",
    });
    expect(run(failed.state, MIC).state.microphone.failure).toBeNull();
    const dismissed = run(failed.state, { type: "failure-dismissed", source: "microphone" });
    expect(dismissed).toMatchObject({ effects: [], state: { microphone: { failure: null } } });
  });

  test("a screen that ends in the browser's own bar is off without a complaint", () => {
    const shared = run(
      OFF,
      { type: "toggle", source: "screen" },
      { type: "changed", source: "screen", on: true },
      { type: "ended", source: "screen", failure: null },
    );
    expect(shared.state.screen).toEqual({ wanted: false, actual: false, is_changing: false, failure: null });
    expect(shared.effects).toEqual([on("screen")]);
  });
});

describe("push to talk", () => {
  const PRESS = { type: "talk-key-pressed" } as const;
  const RELEASE = { type: "talk-key-released" } as const;
  const muted = run(OFF, MIC, { type: "changed", source: "microphone", on: true }, MIC, {
    type: "changed",
    source: "microphone",
    on: false,
  }).state;

  test("the microphone is on while the key is held", () => {
    const held = run(muted, PRESS);
    expect(held.effects).toEqual([on("microphone")]);
    const released = run(held.state, { type: "changed", source: "microphone", on: true }, RELEASE);
    expect(released.effects).toEqual([off("microphone")]);
  });

  test("a key released before the microphone opened still closes it", () => {
    const held = run(muted, PRESS, RELEASE);
    expect(held.effects).toEqual([on("microphone")]);
    const after = run(held.state, { type: "changed", source: "microphone", on: true });
    expect(after.effects).toEqual([off("microphone")]);
  });

  test("changes nothing for somebody who is not muted", () => {
    const open = run(OFF, MIC, { type: "changed", source: "microphone", on: true }).state;
    expect(run(open, PRESS, RELEASE)).toEqual({ state: open, effects: [] });
  });

  test("pressing Microphone while holding the key makes it a choice", () => {
    const held = run(muted, PRESS, { type: "changed", source: "microphone", on: true }, MIC);
    expect(held.state.is_pushing_to_talk).toBe(false);
    expect(run(held.state, RELEASE).effects).toEqual([]);
  });
});
