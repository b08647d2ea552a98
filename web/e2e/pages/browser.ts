/** Chromium with a made-up camera and microphone, and a page that notes what it must not do. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

import type Axe from "axe-core";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

export type { Browser, Page } from "playwright-core";

const PROGRAMS = [process.env["PREAU_TEST_CHROMIUM"] ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"];

/** `sharesScreens`: the browser picks a screen by itself when a page asks for one. */
export async function launch({ sharesScreens = false } = {}): Promise<Browser> {
  const executablePath = PROGRAMS.find((path) => path !== "" && existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium found; set PREAU_TEST_CHROMIUM");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--mute-audio",
      "--disable-background-networking",
      ...(sharesScreens ? ["--use-fake-ui-for-media-stream"] : []),
    ],
  });
}

export type Theme = "light" | "dark";
export type Language = "en" | "fr";

export interface Look {
  readonly theme?: Theme;
  readonly language?: Language;
  readonly width?: number;
  readonly height?: number;
  /** A telephone: touched with a fingertip, and its pages are laid out as telephones lay them out. */
  readonly isPhone?: boolean;
  /** Whether the browser lets the page use camera and microphone; without, it says no. */
  readonly allowsDevices?: boolean;
  readonly signedInAs?: BrowserContextOptions["storageState"];
}

export async function openContext(browser: Browser, look: Look = {}): Promise<BrowserContext> {
  const { theme = "light", language = "en", width = 1280, height = 800 } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === "fr" ? "fr-FR" : "en-GB",
    permissions: look.allowsDevices === false ? [] : ["camera", "microphone"],
    ...(look.isPhone === true ? { isMobile: true, hasTouch: true } : {}),
    ...(look.signedInAs === undefined ? {} : { storageState: look.signedInAs }),
  });
  context.setDefaultTimeout(10_000);
  await context.addInitScript(watchPage);
  return context;
}

interface Watched {
  violations: string[];
  captures: number;
}

declare global {
  interface Window {
    watched?: Watched;
  }
}

/** Runs in the page before anything of ours: notes refusals of the policy and every capture. */
function watchPage(): void {
  const watched: Watched = { violations: [], captures: 0 };
  window.watched = watched;
  document.addEventListener("securitypolicyviolation", (event) => {
    watched.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
  if (!("mediaDevices" in navigator)) return;
  const capture = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (constraints) => {
    watched.captures += 1;
    return capture(constraints);
  };
}

export async function capturesOf(page: Page): Promise<number> {
  return page.evaluate(() => window.watched?.captures ?? -1);
}

export async function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => window.watched?.violations ?? ["the page was not watched"]);
}

/** The browser's own lines about a refusal and about no answer; tests of these have them, and so has whoever looks. */
const TELLS_A_REFUSAL = /^Failed to load resource: the server responded with a status of 4/u;
const TELLS_OF_NO_ANSWER = /^Failed to load resource: net::/u;
/** Asked by every page, also of who is not signed in: refusing would be the first thing in every console. */
const ASKED_EVERYWHERE = "/api/v1/visitor";

/** Addresses a page asked for outside `origin`, and what it threw or its console told; all must stay empty. */
export function watchTraffic(page: Page, origin: string): { strangers: string[]; faults: string[] } {
  const seen = { strangers: [] as string[], faults: [] as string[] };
  page.on("request", (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (asked !== origin && !["data:", "blob:"].includes(protocol)) seen.strangers.push(request.url());
  });
  page.on("pageerror", (error) => seen.faults.push(error.message));
  page.on("console", (line) => {
    const isRefusal = TELLS_A_REFUSAL.test(line.text()) && !line.location().url.endsWith(ASKED_EVERYWHERE);
    const isExpected = isRefusal || TELLS_OF_NO_ANSWER.test(line.text());
    if (["error", "warning"].includes(line.type()) && !isExpected)
      seen.faults.push(`console: ${line.text()}`);
  });
  return seen;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe-core finds on the page as it stands, one line each, whatever its impact. Every rule runs, also best practice
 * and those that axe leaves off by default; but not those of WCAG's level AAA, nor those axe has given up.
 */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof Axe };
    const rules = axe
      .getRules()
      .filter(({ tags }) => !tags.includes("wcag2aaa") && !tags.includes("deprecated"))
      .map(({ ruleId }) => [ruleId, { enabled: true }] as const);
    // Where the component library announces a press, the name of a button that has gone stays for some seconds.
    const exclude = [["[data-live-announcer]"]];
    return axe.run({ include: document, exclude }, { rules: Object.fromEntries(rules) });
  });
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `${id} (${impact}): ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}
