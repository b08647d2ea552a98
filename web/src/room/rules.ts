/** The rules of a room, with the names and values of the server (`preau.meet.domain.rules`). */

export const PROFILES = ["school", "public-body", "work", "friends"] as const;
export type Profile = (typeof PROFILES)[number];

export const KINDS = ["class", "meeting", "friends"] as const;
export type Kind = (typeof KINDS)[number];

export const SLOW_MODES_S = [0, 10, 30, 60] as const;

export interface Rules {
  /** Guests may knock with the meeting's link alone. */
  readonly open_link: boolean;
  readonly waiting_room: "everybody" | "not-invited" | "not-known";
  readonly supervised: boolean;
  readonly starts_muted: boolean;
  readonly share: "hosts" | "all";
  readonly chat: "off" | "hosts" | "all";
  readonly slow_mode_s: (typeof SLOW_MODES_S)[number];
  readonly unmute: boolean;
  readonly camera: boolean;
  readonly rename: boolean;
}

export type RuleName = keyof Rules;

/** Every rule with the values it can have, in the order in which pages show them. */
export const RULE_VALUES: { readonly [Name in RuleName]: readonly Rules[Name][] } = {
  open_link: [false, true],
  waiting_room: ["everybody", "not-invited", "not-known"],
  supervised: [true, false],
  starts_muted: [true, false],
  share: ["hosts", "all"],
  chat: ["off", "hosts", "all"],
  slow_mode_s: SLOW_MODES_S,
  unmute: [false, true],
  camera: [false, true],
  rename: [false, true],
};

export const RULE_NAMES = Object.keys(RULE_VALUES) as readonly RuleName[];

/** What holds where the server says nothing: every rule at its strictest. */
export const STRICTEST: Rules = {
  open_link: false,
  waiting_room: "everybody",
  supervised: true,
  starts_muted: true,
  share: "hosts",
  chat: "off",
  slow_mode_s: 0,
  unmute: false,
  camera: false,
  rename: false,
};

/** What a value that only a newer server knows is taken for: the strictest this page knows. */
const NEWER: Rules = { ...STRICTEST, slow_mode_s: 60 };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isRuleName(value: unknown): value is RuleName {
  return RULE_NAMES.some((name) => name === value);
}

/** Rules out of plain values; null when there are none. A value this page does not know counts as the strictest. */
export function parseRules(value: unknown): Rules | null {
  if (!isRecord(value)) return null;
  const rules: Record<string, unknown> = { ...STRICTEST };
  for (const name of RULE_NAMES) {
    const given = value[name];
    if (given === undefined) continue;
    rules[name] = (RULE_VALUES[name] as readonly unknown[]).includes(given) ? given : NEWER[name];
  }
  return rules as unknown as Rules;
}

/** The names of rules in a list; what a newer server knows besides is passed over. */
export function parseRuleNames(value: unknown): readonly RuleName[] {
  return Array.isArray(value) ? value.filter(isRuleName) : [];
}
