import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { linkParts } from "./links";

interface Case {
  readonly text: string;
  /** What may be pressed: as it is shown, and where it leads. */
  readonly links: readonly { readonly text: string; readonly href: string }[];
}

const file = new URL("../../../../tests/fixtures/hostile/strings.json", import.meta.url);
const corpus = JSON.parse(readFileSync(file, "utf8")) as Case[];

function linksIn(text: string) {
  return linkParts(text).filter((part) => part.href !== null);
}

describe("addresses in the chat", () => {
  test("are links, without the punctuation after them", () => {
    expect(linkParts("see https://example.org/a?b=1, and (http://example.org/c).")).toEqual([
      { text: "see ", href: null },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ", and (", href: null },
      { text: "http://example.org/c", href: "http://example.org/c" },
      { text: ").", href: null },
    ]);
  });

  test("of people are links when they say so", () => {
    expect(linksIn("write to mailto:claire@college.example.")).toEqual([
      { text: "mailto:claire@college.example", href: "mailto:claire@college.example" },
    ]);
    expect(linksIn("claire@college.example")).toEqual([]);
  });

  test("nothing written is lost around them", () => {
    for (const { text } of corpus) {
      const written = linkParts(text)
        .filter((part) => part.href === null)
        .map((part) => part.text);
      for (const piece of written) expect(text).toContain(piece);
    }
    expect(linkParts("")).toEqual([]);
  });
});

describe("hostile strings", () => {
  test("are at least two hundred", () => {
    expect(new Set(corpus.map((one) => one.text)).size).toBeGreaterThanOrEqual(200);
  });

  test.each(corpus.map((one, index) => [index, JSON.stringify(one.text), one] as const))(
    "%i: %s",
    (_, __, { text, links }) => {
      expect(linksIn(text)).toEqual(links);
    },
  );

  test("lead nowhere but to the host they show", () => {
    for (const { text } of corpus) {
      for (const { text: shown, href } of linksIn(text)) {
        const target = new URL(href ?? "");
        expect(["http:", "https:", "mailto:"]).toContain(target.protocol);
        if (target.protocol !== "mailto:") expect(new URL(shown).host).toBe(target.host);
      }
    }
  });
});
