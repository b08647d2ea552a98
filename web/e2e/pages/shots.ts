/**
 * Pictures of every page and state, to be looked at: `npm run shots -- [directory] [name,name…]`.
 * Writes <directory>/<name>-<width>-<theme>-<language>.png; the directory is test-results/shots when none is given.
 */

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

import type { Browser } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { REPOSITORY } from "../kit/places.ts";
import type { Look } from "./browser.ts";
import { PLACES, type Place } from "./places.ts";
import { startSchool, type School } from "./school.ts";
import { visit } from "./visit.ts";

/** Each width in the colours and the language that show most there; every pair of them appears. */
const LOOKS: readonly (Look & { readonly width: number })[] = [
  { width: 1440, height: 900, theme: "light", language: "en" },
  { width: 1440, height: 900, theme: "dark", language: "fr" },
  { width: 1024, height: 768, theme: "light", language: "fr" },
  { width: 768, height: 1024, theme: "dark", language: "en" },
  { width: 390, height: 844, theme: "light", language: "en" },
  { width: 390, height: 844, theme: "dark", language: "fr" },
  { width: 320, height: 640, theme: "light", language: "fr" },
];

async function take(
  browser: Browser,
  school: School,
  place: Place,
  look: (typeof LOOKS)[number],
  to: string,
) {
  const { context, page } = await visit(browser, school, place, look);
  const name = `${place.name}-${look.width}-${look.theme}-${look.language}.png`;
  await page.screenshot({ path: join(to, name), animations: "disabled" });
  await context.close();
}

const [directory = join(REPOSITORY, "test-results", "shots"), names] = process.argv.slice(2);
const to = resolve(directory);
const wanted = names?.split(",");
mkdirSync(to, { recursive: true });
const closing = new Closing();
try {
  const { browser, school } = await startSchool(closing);
  for (const place of PLACES.filter(({ name }) => wanted?.includes(name) ?? true)) {
    for (const look of LOOKS) await take(browser, school, place, look, to);
    console.log(place.name);
  }
} finally {
  await closing.run();
}
