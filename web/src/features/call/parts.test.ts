import { expect, test } from "vitest";
import { partsOf } from "./parts";

const WAITING = ["Tom"];
const WHOLE = { waiting: WAITING, unread: 0, title: "6B" };

test("the parts asked for, and no others", () => {
  expect(partsOf<typeof WHOLE, "waiting" | "unread">(["waiting", "unread"])(WHOLE)).toEqual({
    waiting: WAITING,
    unread: 0,
  });
});

test("what changes elsewhere is not seen; what changes in a part is", () => {
  const parts = partsOf<typeof WHOLE, "waiting" | "unread">(["waiting", "unread"]);
  const first = parts(WHOLE);
  expect(parts({ ...WHOLE, title: "6C" })).toBe(first);
  const second = parts({ ...WHOLE, unread: 1 });
  expect(second).toEqual({ waiting: WAITING, unread: 1 });
  // Equal is not the same: whoever makes a whole keeps what did not change.
  expect(parts({ ...WHOLE, unread: 1, waiting: ["Tom"] })).not.toBe(second);
});
