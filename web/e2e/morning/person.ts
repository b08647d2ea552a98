/** Somebody at a browser in French: presses what has words, is looked over at each station, and is counted. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContext, Locator, Page } from "playwright-core";

import type { Closing } from "../kit/closing.ts";
import { measured } from "../kit/report.ts";
import { axeFindings, openContext, violationsOf, watchTraffic, type Look } from "../pages/browser.ts";
import { fits, smallTargets, unmarkedFields } from "../pages/fit.ts";

/** What livekit-client says of a link whose other end the server has closed: the class is over, or somebody was sent out. */
const CUT =
  /^console: (?:publisher data channel '\w+' closed unexpectedly|detected connection state mismatch|could not createOffer with closed)/u;

type Role = Parameters<Page["getByRole"]>[0];

/** A machine with two processors draws twenty-eight people, and four browsers, in its own time. */
const PATIENCE_MS = 30_000;
const SIZES = [
  [1440, 900],
  [390, 844],
  [320, 640],
] as const;
const THEMES = ["light", "dark"] as const;

export class Person {
  readonly #seen: ReturnType<typeof watchTraffic>;
  #acts = 0;
  #since = 0;

  private constructor(
    readonly who: string,
    readonly page: Page,
    readonly context: BrowserContext,
    readonly look: Look,
    origin: string,
  ) {
    this.#seen = watchTraffic(page, origin);
  }

  /** Somebody whose browser is French and may copy; closed with everything else. */
  static async arrive(
    browser: Browser,
    closing: Closing,
    who: string,
    origin: string,
    look: Look = {},
  ): Promise<Person> {
    const french: Look = { width: 1440, height: 900, ...look, language: "fr" };
    const context = closing.add(await openContext(browser, french), (one) => one.close());
    context.setDefaultTimeout(PATIENCE_MS);
    await context.grantPermissions(["clipboard-read", "clipboard-write", "camera", "microphone"], { origin });
    return new Person(who, await context.newPage(), context, french, origin);
  }

  /** Opens a link that somebody was given. */
  async open(link: string): Promise<void> {
    await this.page.goto(link);
    await this.heading(/./u).first().waitFor();
  }

  find(role: Role, name: string | RegExp): Locator {
    return this.page.getByRole(role, { name, ...(typeof name === "string" ? { exact: true } : {}) });
  }

  heading(name: string | RegExp): Locator {
    return this.find("heading", name);
  }

  /** One click or touch. */
  async press(role: Role, name: string | RegExp, within?: Locator): Promise<void> {
    const scope = within ?? this.page;
    await this.touch(scope.getByRole(role, { name, ...(typeof name === "string" ? { exact: true } : {}) }));
  }

  async touch(what: Locator): Promise<void> {
    this.#acts += 1;
    await (this.look.isPhone === true ? what.tap() : what.click());
  }

  /** Words into a field that is called so. */
  async write(label: string, words: string): Promise<void> {
    this.#acts += 1;
    await this.page.getByLabel(label, { exact: true }).fill(words);
  }

  /** What was copied last. */
  copied(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** What came of the steps so far: how many they were, and whether the page is as it should be at every size. */
  async station(name: string, findings: Record<string, readonly string[]>): Promise<void> {
    measured("morning", { who: this.who, station: name, acts: this.#acts - this.#since });
    this.#since = this.#acts;
    const { width = 1440, height = 900 } = this.look;
    for (const theme of THEMES) {
      await this.page.emulateMedia({ colorScheme: theme });
      await this.#picture(name, theme);
      await this.page.setViewportSize(theme === "light" ? { width, height } : { width: 320, height: 640 });
      await settled(this.page);
      const found = await axeFindings(this.page);
      if (found.length > 0) findings[`${name}, ${theme}`] = found;
    }
    const small = await smallTargets(this.page);
    if (small.length > 0) findings[`${name}, too small to press`] = small;
    const unmarked = await unmarkedFields(this.page);
    if (unmarked.length > 0) findings[`${name}, neither needed nor optional`] = unmarked;
    await fits(this.page).catch((error: unknown) => {
      findings[`${name}, at 320`] = [String(error)];
    });
    await this.page.emulateMedia({ colorScheme: this.look.theme ?? "light" });
    await this.page.setViewportSize({ width, height });
  }

  async #picture(name: string, theme: string): Promise<void> {
    const folder = process.env["PREAU_TEST_PICTURES"];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    for (const [width, height] of SIZES) {
      // Nobody's telephone is as wide as a desk.
      if (this.look.isPhone === true && width > 390) continue;
      await this.page.setViewportSize({ width, height });
      await settled(this.page);
      const path = join(folder, `${name.replaceAll(/[^a-z0-9]+/giu, "-")}-${width}-${theme}.png`);
      await this.page.screenshot({ path, fullPage: true });
    }
  }

  /** Nothing was said in the console, nobody else was asked for anything, and the policy refused nothing. */
  async wasQuiet(): Promise<void> {
    const { strangers } = this.#seen;
    const faults = this.#seen.faults.filter((line) => !CUT.test(line));
    assert.deepEqual({ strangers, faults }, { strangers: [], faults: [] }, this.who);
    assert.deepEqual(await violationsOf(this.page), [], this.who);
  }
}

/** What fades in, or is placed by a script, has arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const finite = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(finite.map((one) => one.finished));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
