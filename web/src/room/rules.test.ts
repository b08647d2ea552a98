import { describe, expect, test } from "vitest";
import { parseRuleNames, parseRules, RULE_NAMES, RULE_VALUES, STRICTEST } from "./rules";
import { OPEN } from "./testing";

describe("rules", () => {
  test("are read as they are written; what is missing is at its strictest", () => {
    expect(parseRules(JSON.parse(JSON.stringify(OPEN)))).toEqual(OPEN);
    expect(parseRules({ chat: "all", of_tomorrow: 3 })).toEqual({ ...STRICTEST, chat: "all" });
  });

  test.each(RULE_NAMES)("%s takes its own values, and what it does not know for the strictest", (name) => {
    const strictest = name === "slow_mode_s" ? 60 : STRICTEST[name];
    for (const value of RULE_VALUES[name]) expect(parseRules({ [name]: value })?.[name]).toBe(value);
    for (const value of ["maybe", null, 7, [], {}, NaN]) {
      expect(parseRules({ [name]: value })?.[name]).toBe(strictest);
    }
  });

  test("of no form are none", () => {
    for (const value of [null, 3, "x", []]) expect(parseRules(value)).toBeNull();
  });

  test("names that no rule has are passed over", () => {
    expect(parseRuleNames(["chat", "constructor", 3, "unmute"])).toEqual(["chat", "unmute"]);
    expect(parseRuleNames("chat")).toEqual([]);
  });
});
