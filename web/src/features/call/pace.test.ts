import { expect, test } from "vitest";
import { paced } from "./pace";

/** Frames that come when the test says so. */
function screen() {
  const asked: (() => void)[] = [];
  const draw = () => {
    for (const callback of asked.splice(0)) callback();
  };
  return { afterFrame: (callback: () => void) => void asked.push(callback), draw, asked };
}

test("the first change shows at once, twenty more in the same frame show together", () => {
  const { afterFrame, draw } = screen();
  let shown = 0;
  const changed = paced(() => (shown += 1), afterFrame);
  changed();
  expect(shown).toBe(1);
  for (let index = 0; index < 20; index += 1) changed();
  expect(shown).toBe(1);
  draw();
  expect(shown).toBe(2);
});

test("after a frame without changes nothing is waited for, and the next change shows at once", () => {
  const { afterFrame, draw, asked } = screen();
  let shown = 0;
  const changed = paced(() => (shown += 1), afterFrame);
  changed();
  draw();
  expect(asked).toEqual([]);
  changed();
  expect(shown).toBe(2);
});

test("changes in every frame show once a frame, and the last of them shows", () => {
  const { afterFrame, draw } = screen();
  const seen: number[] = [];
  let value = 0;
  const changed = paced(() => seen.push(value), afterFrame);
  for (value = 1; value <= 6; value += 1) {
    changed();
    if (value % 3 === 0) draw();
  }
  draw();
  expect(seen).toEqual([1, 3, 6]);
});

test("a change made while showing is shown with the next frame", () => {
  const { afterFrame, draw } = screen();
  let shown = 0;
  const changed = paced(() => {
    shown += 1;
    if (shown === 1) changed();
  }, afterFrame);
  changed();
  expect(shown).toBe(1);
  draw();
  expect(shown).toBe(2);
});
