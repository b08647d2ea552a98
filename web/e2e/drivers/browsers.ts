/** Real browsers with a made-up camera and microphone, Chromium and Firefox behind one face. */

import { existsSync } from "node:fs";
import { join } from "node:path";

import puppeteer, { type Browser, type LaunchOptions, type Page } from "puppeteer-core";

import { bundle } from "../kit/bundle.ts";
import { askInPage, good, type Ask } from "../kit/meetings.ts";
import { E2E } from "../kit/places.ts";
import { until } from "../kit/until.ts";
import type { Probe } from "./probe.ts";

export type BrowserName = "chromium" | "firefox";

const ACT_WITHIN_MS = 20_000;

/** A moving picture, a beeping tone, a screen to share; no question asked; nothing fetched from anywhere. */
const LAUNCH: Readonly<Record<BrowserName, () => LaunchOptions>> = {
  chromium: () => ({
    browser: "chrome",
    executablePath: program("PREAU_TEST_CHROMIUM", ["/usr/bin/chromium", "/usr/bin/google-chrome"]),
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--disable-background-networking",
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--mute-audio",
    ],
  }),
  firefox: () => ({
    browser: "firefox",
    executablePath: program("PREAU_TEST_FIREFOX", ["/usr/bin/firefox-esr", "/usr/bin/firefox"]),
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "media.autoplay.default": 0,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "media.gmp-manager.updateEnabled": false,
    },
  }),
};

function program(variable: string, usual: readonly string[]): string {
  const found = [process.env[variable] ?? "", ...usual].find((path) => path !== "" && existsSync(path));
  if (found === undefined) throw new Error(`no browser at ${usual.join(" or ")}; set ${variable}`);
  return found;
}

/** One person's browser: one process, one page. */
export class Person {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly browserName: BrowserName;
  readonly #console: string[] = [];

  private constructor(browserName: BrowserName, browser: Browser, page: Page) {
    this.browserName = browserName;
    this.#browser = browser;
    this.#page = page;
    page.on("console", (message) => this.#console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => this.#console.push(`page error: ${String(error)}`));
  }

  /** Starts a browser whose pages carry the probe. */
  static async open(browserName: BrowserName): Promise<Person> {
    const probe = await bundle(join(E2E, "drivers", "probe.ts"));
    const browser = await puppeteer.launch({ headless: true, ...LAUNCH[browserName]() });
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    await page.evaluateOnNewDocument(probe);
    return new Person(browserName, browser, page);
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url, { waitUntil: "domcontentloaded" });
  }

  /** Presses the element of that role and exact accessible name, once it is there. */
  async click(role: string, name: string): Promise<void> {
    const element = await this.#page.waitForSelector(selector(role, name), { timeout: ACT_WITHIN_MS });
    await element?.click();
  }

  /** Types into the field of that label, replacing what is in it. */
  async fill(label: string, text: string): Promise<void> {
    const field = await this.#page.waitForSelector(selector("textbox", label), { timeout: ACT_WITHIN_MS });
    if (field === null) throw new Error(`no field ${label}`);
    await field.focus();
    await this.#page.keyboard.down("Control");
    await this.#page.keyboard.press("a");
    await this.#page.keyboard.up("Control");
    await this.#page.keyboard.press("Backspace");
    await field.type(text);
  }

  /** Presses a key in the field that has the focus, e.g. "Enter". */
  async press(key: "Enter" | "Escape" | "Tab"): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  /** True when an element of that role and exact accessible name is on the page. */
  async has(role: string, name: string): Promise<boolean> {
    return (await this.#page.$(selector(role, name))) !== null;
  }

  /** An attribute of the element of that role and name, e.g. aria-pressed; null without the element. */
  async attribute(role: string, name: string, attribute: string): Promise<string | null> {
    const handle = await this.#page.$(selector(role, name));
    if (handle === null) return null;
    return handle.evaluate((element, wanted) => element.getAttribute(wanted), attribute);
  }

  /** Sends one request to the API as this person; answers the body. */
  readonly ask: Ask = async (method, path, body) =>
    good(path, await this.#page.evaluate(askInPage, { method, path, body }));

  /** All text of the page a person can read. */
  text(): Promise<string> {
    return this.#page.evaluate(() => document.body.innerText);
  }

  url(): string {
    return this.#page.url();
  }

  /** Calls one of the probe's functions in the page. */
  async probe<K extends keyof Probe>(
    name: K,
    ...given: Parameters<Probe[K]>
  ): Promise<Awaited<ReturnType<Probe[K]>>> {
    return this.call<Awaited<ReturnType<Probe[K]>>>("probe", name, ...given);
  }

  /** Calls `window[object][method](...given)` in the page and returns what it resolves to. */
  async call<T>(object: string, method: string, ...given: readonly unknown[]): Promise<T> {
    return this.#page.evaluate(
      (holder, name, values) => {
        const found = (window as unknown as Record<string, Record<string, (...all: unknown[]) => unknown>>)[
          holder
        ];
        return found?.[name]?.(...values) as T;
      },
      object,
      method,
      given,
    );
  }

  /** Waits for a fact of this page, naming what the page said on the console when it does not come. */
  async until<T>(
    what: string,
    look: () => Promise<T | false | null | undefined>,
    within_ms: number,
    every_ms = 50,
  ): Promise<T> {
    try {
      return await until(`${this.browserName}: ${what}`, look, { within_ms, every_ms });
    } catch (error) {
      const said = this.#console.slice(-12).join("\n    ");
      throw new Error(`${String(error)}\n  at ${this.url()}\n  console:\n    ${said}`, { cause: error });
    }
  }

  /** What the page wrote to the console, newest last. */
  console(): readonly string[] {
    return this.#console;
  }

  async screenshot(path: `${string}.png`): Promise<void> {
    await this.#page.screenshot({ path });
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

function selector(role: string, name: string): string {
  return `::-p-aria([name="${name.replaceAll('"', '\\"')}"][role="${role}"])`;
}
