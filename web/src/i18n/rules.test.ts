import { describe, expect, it } from "vitest";
import { KINDS, PROFILES, RULE_NAMES, RULE_VALUES } from "../room/rules";
import { catalogue } from "./catalogue.en";
import { ruleChange } from "./rules";

describe("the words of the rules", () => {
  it.each(RULE_NAMES)("%s has a name, a meaning and a word for each value", (name) => {
    const ids = [
      `rule.${name}`,
      `rule.${name}.hint`,
      ...RULE_VALUES[name].map((one) => `rule.${name}.${one}`),
    ];
    for (const id of ids) expect(catalogue, id).toHaveProperty([id]);
  });

  it("and those of kinds and profiles are all there", () => {
    for (const kind of KINDS) expect(catalogue).toHaveProperty([`kind.${kind}`]);
    for (const profile of PROFILES) expect(catalogue).toHaveProperty([`profile.${profile}`]);
  });

  it("lead back to the value they were made from, and to nothing else", () => {
    expect(ruleChange("slow_mode_s", "30")).toEqual({ slow_mode_s: 30 });
    expect(ruleChange("unmute", "false")).toEqual({ unmute: false });
    expect(ruleChange("chat", "loud")).toEqual({});
  });
});
