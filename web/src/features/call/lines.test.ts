import { describe, expect, test } from "vitest";
import type { ChatLine } from "../../room/view";
import type { MessageId } from "../../room/wire";
import { groupLines, linkParts } from "./lines";

function line(id: string, name: string, at: string | null, is_mine = false): ChatLine {
  const fate = { state: "written", refusal: null, to: "all", may_delete: is_mine } as const;
  return { message_id: id as MessageId, name, is_mine, text: id, at, ...fate };
}

describe("lines of the chat", () => {
  test("of one person within a few minutes stand under one name", () => {
    const groups = groupLines([
      line("1", "Bob", "2026-09-01T08:00:00Z"),
      line("2", "Bob", "2026-09-01T08:02:00Z"),
      line("3", "Ann", "2026-09-01T08:02:10Z"),
      line("4", "Bob", "2026-09-01T08:02:20Z"),
      line("5", "Bob", "2026-09-01T08:09:00Z"),
    ]);
    expect(groups.map((group) => group.lines.map((one) => one.text))).toEqual([
      ["1", "2"],
      ["3"],
      ["4"],
      ["5"],
    ]);
  });

  test("that wait to be written belong to the one before, and a guest of the same name is somebody else", () => {
    const groups = groupLines([
      line("1", "Bob", "2026-09-01T08:00:00Z"),
      line("2", "Bob", "2026-09-01T08:00:01Z", true),
      line("3", "Bob", null, true),
    ]);
    expect(groups.map((group) => group.lines.length)).toEqual([1, 2]);
  });
});

describe("web addresses", () => {
  test("are links, without the punctuation after them", () => {
    expect(linkParts("see https://example.org/a?b=1, and (http://example.org/c).")).toEqual([
      { text: "see ", isLink: false },
      { text: "https://example.org/a?b=1", isLink: true },
      { text: ", and (", isLink: false },
      { text: "http://example.org/c", isLink: true },
      { text: ").", isLink: false },
    ]);
  });

  test("of other kinds stay text", () => {
    for (const text of [
      "javascript:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "https://",
      "mail@example.org",
    ]) {
      expect(linkParts(text), text).toEqual([{ text, isLink: false }]);
    }
    expect(linkParts("")).toEqual([]);
  });
});
