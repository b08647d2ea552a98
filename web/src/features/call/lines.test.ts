import { describe, expect, test } from "vitest";
import type { ChatLine } from "../../room/view";
import type { MessageId } from "../../room/wire";
import { groupLines } from "./lines";

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
