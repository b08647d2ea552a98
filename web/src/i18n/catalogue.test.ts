import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import { describe, expect, it } from "vitest";
import { SERVER_CODES } from "../api/errors";
import { catalogue as en, type MessageId } from "./catalogue.en";
import { catalogue as fr } from "./catalogue.fr";

/** The names a sentence expects to be given, tags and choices included. */
function placeholders(parts: readonly MessageFormatElement[]): string[] {
  return parts.flatMap((part) => {
    const inner = "children" in part ? placeholders(part.children) : [];
    const options =
      "options" in part ? Object.values(part.options).flatMap((o) => placeholders(o.value)) : [];
    const own = part.type === TYPE.literal || part.type === TYPE.pound ? [] : [part.value];
    return [...own, ...inner, ...options];
  });
}

const ids = Object.keys(en) as MessageId[];

describe("the sentences", () => {
  it("are the same list in both languages, none empty", () => {
    expect(Object.keys(fr).sort()).toEqual([...ids].sort());
    for (const id of ids) expect(en[id].trim() !== "" && fr[id].trim() !== "", id).toBe(true);
  });

  it.each(ids)("%s takes the same values in French as in English", (id) => {
    const wanted = new Set(placeholders(parse(en[id])));
    expect(new Set(placeholders(parse(fr[id])))).toEqual(wanted);
  });

  it("say something for every code of the API", () => {
    for (const code of [...SERVER_CODES, "unreachable", "offline"] as const) {
      expect(en[`error.${code}`]).toBeDefined();
    }
  });

  it("never shout and never blame", () => {
    for (const id of ids) {
      expect(en[id], id).not.toMatch(/!|oops/i);
      expect(fr[id], id).not.toMatch(/!|oups/i);
    }
  });

  it("in French are set with typographic apostrophes", () => {
    for (const id of ids) expect(fr[id], id).not.toMatch(/\w'\w/u);
  });
});
