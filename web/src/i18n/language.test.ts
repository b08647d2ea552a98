import { expect, it } from "vitest";
import { preferredLanguage, regional } from "./language";

it.each([
  [["fr-CA", "en"], "fr"],
  [["de", "fr", "en"], "fr"],
  [["EN-us"], "en"],
  [["de-DE"], "en"],
  [[], "en"],
] as const)("a browser that asks for %j gets %s", (asked, language) => {
  expect(preferredLanguage(asked)).toBe(language);
});

it("writes dates as the browser's own region does, in the chosen language", () => {
  expect(regional("fr", ["de", "fr-CA"])).toBe("fr-CA");
  expect(regional("en", ["fr-CA", "en"])).toBe("en-GB");
  expect(regional("fr", [])).toBe("fr-FR");
});
