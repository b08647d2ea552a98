import { describe, expect, test } from "vitest";
import { gather, initialAnnouncements, MERGE_WINDOW_MS, speakWhenDue, type Happening } from "./announcements";

function hear(...happenings: Happening[]) {
  const gathered = happenings.reduce((state, one, index) => gather(state, one, index), initialAnnouncements);
  return speakWhenDue(gathered, MERGE_WINDOW_MS);
}

const joined = (name: string): Happening => ({ kind: "joined", name });
const left = (name: string): Happening => ({ kind: "left", name });

describe("announcements", () => {
  test("three arrivals within the window are one message", () => {
    expect(hear(joined("A"), joined("B"), joined("C")).spoken).toEqual({
      number: 1,
      names: { joined: ["A", "B", "C"] },
    });
  });

  test("wait for the window to be over, counted from the first happening", () => {
    const state = gather(gather(initialAnnouncements, joined("A"), 0), joined("B"), 1000);
    expect(state.due_ms).toBe(MERGE_WINDOW_MS);
    expect(speakWhenDue(state, MERGE_WINDOW_MS - 1).spoken).toBeNull();
    expect(speakWhenDue(state, MERGE_WINDOW_MS)).toMatchObject({ gathered: [], due_ms: null });
  });

  test("who came and went is not worth a word", () => {
    expect(hear(joined("A"), left("A")).spoken).toBeNull();
    expect(hear(joined("A"), left("A"), joined("B")).spoken?.names).toEqual({ joined: ["B"] });
  });

  test("the same thing twice is said once", () => {
    const chat: Happening = { kind: "chat", name: "A" };
    expect(hear(chat, chat).spoken?.names).toEqual({ chat: ["A"] });
  });

  test("the same words later are a new announcement", () => {
    const first = hear(joined("A"));
    const second = speakWhenDue(gather(first, joined("A"), 5000), 5000 + MERGE_WINDOW_MS);
    expect(second.spoken?.number).toBe(2);
  });
});
