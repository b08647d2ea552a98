/**
 * Keeping what did not change: the next value of plain data, made of as many parts of the one before as are equal, so
 * that whoever compares by identity sees at once what is new.
 */

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an entry of a list is known by when the list moves; its place in the list when it has no name. */
function nameOf(entry: unknown, place: number): unknown {
  return isFields(entry) ? (entry["id"] ?? entry["message_id"] ?? place) : place;
}

function reuseList(before: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const known = new Map(before.map((entry, place) => [nameOf(entry, place), entry]));
  const made = next.map((entry, place) => reuse(known.get(nameOf(entry, place)), entry));
  const isSame = before.length === made.length && made.every((entry, place) => entry === before[place]);
  return isSame ? before : made;
}

function reuseFields(before: Fields, next: Fields): Fields {
  const names = Object.keys(next);
  const made = Object.fromEntries(names.map((name) => [name, reuse(before[name], next[name])]));
  const isSame =
    names.length === Object.keys(before).length && names.every((name) => made[name] === before[name]);
  return isSame ? before : made;
}

/** `next`, with every part of it that equals its counterpart in `before` replaced by that. For plain data alone. */
export function reuse<Value>(before: unknown, next: Value): Value;
export function reuse(before: unknown, next: unknown): unknown {
  if (Object.is(before, next)) return next;
  if (Array.isArray(before) && Array.isArray(next)) return reuseList(before, next);
  return isFields(before) && isFields(next) ? reuseFields(before, next) : next;
}
