/** What one tab remembers of a room, so that loading the page again changes nothing. */

export interface RememberedPlace {
  /** The way the person came by, as `wayKey` makes it. */
  readonly way: string;
  /** The meeting's link, as last told. */
  readonly code: string;
  readonly name: string;
  readonly is_host: boolean;
  readonly title: string | null;
  readonly invited_by: string | null;
  readonly participant_id: string;
  readonly secret: string;
  readonly microphone: boolean;
  readonly camera: boolean;
  /** The person left: only an act of theirs leads back. */
  readonly is_over: boolean;
  /** When the page was last there, in milliseconds since 1970. */
  readonly seen_at_ms: number;
}

export interface RememberedNumbers {
  /** Which room they are of. */
  readonly room: string;
  readonly numbers: readonly (readonly [id: string, number: number])[];
}

/** Longer than any way back without the door. */
const WORTH_FOR_MS = 12 * 60_000;

/** Tells one way to a meeting from another without being one: a personal link is nowhere kept. */
export function wayKey(code: string, invitation: string | null): string {
  let mixed = 0x811c9dc5;
  for (const character of invitation ?? "") {
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return invitation === null ? `m ${code}` : `i ${mixed.toString(16)}`;
}

function parsed(stored: string | null): Record<string, unknown> | null {
  if (stored === null) return null;
  try {
    const value: unknown = JSON.parse(stored);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function text(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** A place out of what was stored, whatever that is. */
export function parsePlace(stored: string | null): RememberedPlace | null {
  const from = parsed(stored);
  if (from === null) return null;
  const { way, code, name, participant_id, secret, seen_at_ms } = from;
  if (!text(way) || !text(code) || !text(participant_id) || !text(secret)) return null;
  if (typeof name !== "string" || typeof seen_at_ms !== "number") return null;
  return {
    way,
    code,
    name,
    participant_id,
    secret,
    seen_at_ms,
    is_host: from["is_host"] === true,
    title: text(from["title"]) ? from["title"] : null,
    invited_by: text(from["invited_by"]) ? from["invited_by"] : null,
    microphone: from["microphone"] === true,
    camera: from["camera"] === true,
    is_over: from["is_over"] === true,
  };
}

/** Whether a place may still be there for who comes by that way. */
export function isWorthTrying(place: RememberedPlace | null, way: string, now_ms: number): boolean {
  return place !== null && place.way === way && now_ms - place.seen_at_ms < WORTH_FOR_MS;
}

/** The numbers of one room's people; none when others are stored. */
export function parseNumbers(stored: string | null, room: string): ReadonlyMap<string, number> {
  const from = parsed(stored);
  const pairs =
    from !== null && from["room"] === room && Array.isArray(from["numbers"]) ? from["numbers"] : [];
  const numbers = new Map<string, number>();
  for (const pair of pairs as unknown[]) {
    const [id, number] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (text(id) && typeof number === "number" && Number.isInteger(number)) numbers.set(id, number);
  }
  return numbers;
}
