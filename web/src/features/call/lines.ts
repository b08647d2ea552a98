import type { ChatLine } from "../../room/view";

/** Consecutive lines of one person within a few minutes stand under one name. */
export interface LineGroup {
  readonly name: string;
  readonly is_mine: boolean;
  /** When the first of them was written; null while none is. */
  readonly at: string | null;
  readonly lines: readonly ChatLine[];
}

const TOGETHER_MS = 3 * 60_000;

function belongs(group: LineGroup, line: ChatLine): boolean {
  if (group.is_mine !== line.is_mine || group.name !== line.name) return false;
  if (group.at === null || line.at === null) return true;
  return Date.parse(line.at) - Date.parse(group.at) < TOGETHER_MS;
}

export function groupLines(lines: readonly ChatLine[]): LineGroup[] {
  const groups: LineGroup[] = [];
  for (const line of lines) {
    const last = groups[groups.length - 1];
    if (last !== undefined && belongs(last, line)) {
      groups[groups.length - 1] = { ...last, at: last.at ?? line.at, lines: [...last.lines, line] };
    } else {
      groups.push({ name: line.name, is_mine: line.is_mine, at: line.at, lines: [line] });
    }
  }
  return groups;
}
