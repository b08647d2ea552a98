/**
 * The safe room through its pages: personal links, the door, and everything a host does about it by keyboard, each
 * act in at most four keys. Every state is looked over by axe. The class is strict: nobody is in without the host.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { allowed_ms } from "../kit/bars.ts";
import { Closing } from "../kit/closing.ts";
import { engineFromEnvironment } from "../kit/engines.ts";
import { askInPage, good, inviteOne, newMeetingOf, setRules, type Ask } from "../kit/meetings.ts";
import { startProduct, type Product } from "../kit/product.ts";
import { measured } from "../kit/report.ts";
import { until } from "../kit/until.ts";
import { axeFindings, launch, openContext } from "../pages/browser.ts";

const MOST_KEYS = 4;
const SEEN_WITHIN_MS = 30_000;
const CLAIRE = "Claire Martin";
const TOM = "Tom Morel";
const TITLE = "Class 6B, history";

const engine = engineFromEnvironment();
const closing = new Closing();
let product: Product;
let browser: Browser;
let claire: Page;
let tom: Page;
let ines: Page;
let meeting = { id: "", code: "" };
let tomsLink = "";

const ask: Ask = async (method, path, body) =>
  good(path, await claire.evaluate(askInPage, { method, path, body }));

before(async () => {
  product = closing.add(await startProduct(engine), (one) => one.stop());
  browser = closing.add(await launch(), (one) => one.close());
  claire = await newPage();
  await claire.goto(product.setupLink);
  await claire.getByLabel("Your name").fill(CLAIRE);
  await claire.getByLabel("Email").fill("claire@college.example");
  await claire.getByLabel("New password", { exact: true }).fill("a long enough password");
  await claire.keyboard.press("Enter");
  await button(claire, "New meeting").waitFor();
  meeting = await newMeetingOf(ask, TITLE, "class");
  await setRules(ask, meeting.id, { open_link: true });
  tomsLink = await inviteOne(ask, meeting.id, TOM);
});
after(() => closing.run());

async function newPage(): Promise<Page> {
  const context: BrowserContext = await openContext(browser);
  context.setDefaultTimeout(SEEN_WITHIN_MS);
  const page = await context.newPage();
  watchWhatLeaves(page);
  return page;
}

/** Types of the frames on control channels, and requests, that left each page. */
const left = new Map<Page, string[]>();

function watchWhatLeaves(page: Page): void {
  const seen: string[] = [];
  left.set(page, seen);
  page.on("request", (request) => seen.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on("websocket", (socket) => {
    if (!socket.url().endsWith("/control")) return;
    socket.on("framesent", ({ payload }) =>
      seen.push((JSON.parse(String(payload)) as { type: string }).type),
    );
  });
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

function openLink(): string {
  return `${product.url}/m/${meeting.code}`;
}

/** What axe found, by state; asserted at the end, so that one fault does not hide what follows. */
const faults: Record<string, string[]> = {};

async function noFaults(page: Page, state: string): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => undefined),
  );
  const found = await axeFindings(page);
  if (found.length > 0) faults[state] = found;
}

/** Presses keys as a host would from the middle of the call: at most four for one act. */
async function keys(page: Page, act: string, ...pressed: readonly string[]): Promise<void> {
  assert.ok(pressed.length <= MOST_KEYS, `${act} takes ${pressed.length} keys`);
  for (const key of pressed) await page.keyboard.press(key);
  measured("keys", { act, keys: pressed.length });
}

/** Whatever is open is closed, and the focus is nowhere in particular. */
async function settle(page: Page): Promise<void> {
  for (const name of ["People", "Security", "Chat"]) {
    const tool = button(page, name);
    if ((await tool.getAttribute("aria-pressed")) === "true") await tool.click();
  }
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

function region(page: Page) {
  return page.getByRole("region", { name: "Waiting room" });
}

async function knock(page: Page, name: string): Promise<void> {
  await page.goto(openLink());
  await page.getByLabel("Your name").fill(name);
  await button(page, "Join now").click();
}

test("the host is in at once; a personal link has the name and needs one act", async () => {
  await claire.goto(openLink());
  await button(claire, "Join now").click();
  await button(claire, "Leave").waitFor();
  tom = await newPage();
  await tom.goto(tomsLink);
  await tom.getByText(TOM, { exact: true }).first().waitFor();
  assert.equal(await tom.getByRole("textbox").count(), 0, "nothing to type");
  await noFaults(tom, "personal link");
  await button(tom, "Join now").click();
  await button(tom, "Leave").waitFor();
  await claire.getByRole("figure", { name: TOM }).waitFor();
});

test("a stranger waits, sees nothing of the room, and may send one line", async () => {
  ines = await newPage();
  await knock(ines, "Tom Morél");
  await ines.getByRole("heading", { name: "You are at the door" }).waitFor();
  const words = await ines.locator("body").innerText();
  assert.ok(!words.includes(TITLE) && !words.includes(CLAIRE) && !/6B/u.test(words), words);
  await ines.getByLabel("Send one line to the host").fill("It is me, from my mother’s tablet");
  await ines.keyboard.press("Enter");
  await ines.getByText("Your line was sent to the host.").waitFor();
  await noFaults(ines, "at the door");
});

test("the host sees who it may be, and lets the person in with two keys", async () => {
  await button(claire, "1 at the door").waitFor();
  await keys(claire, "open the door", "p");
  await region(claire).getByText(`Looks like ${TOM}`).waitFor();
  await region(claire).getByText("Open link · unknown").waitFor();
  await region(claire).getByText("mother’s tablet").waitFor();
  await noFaults(claire, "somebody at the door");
  await settle(claire);
  await keys(claire, "admit", "p", "Enter");
  await button(ines, "Leave").waitFor();
  await region(claire).getByText("Nobody is at the door.").waitFor();
  await settle(claire);
});

test("all who wait without a warning come in with one button", async () => {
  const pages = await Promise.all(
    ["Léa Roux", "Noé Diaz"].map(async (name) => [name, await newPage()] as const),
  );
  for (const [name, page] of pages) await knock(page, name);
  await button(claire, "2 at the door").waitFor();
  await keys(claire, "admit all", "p", "Shift+Tab", "Enter");
  for (const [, page] of pages) await button(page, "Leave").waitFor();
  for (const [, page] of pages) {
    // Who only closes the page is kept a place.
    await button(page, "Leave").click();
    await page.getByRole("heading", { name: "You have left the room" }).waitFor();
    await page.context().close();
  }
  await settle(claire);
});

test("a refusal is kind, final, and holds for the meeting", async () => {
  const zed = await newPage();
  await knock(zed, "zed");
  await button(claire, "1 at the door").waitFor();
  await keys(claire, "deny", "p", "Tab", "Enter");
  await zed.getByRole("heading", { name: "You were not let in" }).waitFor();
  await noFaults(zed, "denied");
  await knock(zed, "zed");
  await zed.getByRole("heading", { name: /not let in|leads to no meeting/u }).waitFor();
  await zed.context().close();
  await settle(claire);
});

test("Mute all reaches everybody; asking to unmute opens nothing by itself", async () => {
  await button(tom, "Microphone").click();
  await claire.getByRole("figure", { name: TOM }).getByText("microphone off").waitFor({ state: "detached" });
  await settle(claire);
  const pressed_ms = performance.now();
  await keys(claire, "mute all", "Shift+M");
  await tom.getByText("A host muted your microphone.").waitFor();
  measured("mute-all-seen", { engine, seen_ms: performance.now() - pressed_ms });
  assert.equal(await button(tom, "Microphone").getAttribute("aria-pressed"), "false");
  await noFaults(tom, "muted by a host");
  await tom.getByRole("alert").getByRole("button", { name: "Close" }).click();
  await claire.getByRole("figure", { name: TOM }).getByText("microphone off").waitFor({ state: "attached" });
  await keys(claire, "ask to unmute", "p", "ArrowDown", "ArrowDown", "u");
  const asked = await firstAsked();
  assert.equal(await button(asked, "Microphone").getAttribute("aria-pressed"), "false");
  await noFaults(asked, "asked to unmute");
  await button(asked, "Unmute").click();
  await until(
    "the microphone is on",
    async () => (await button(asked, "Microphone").getAttribute("aria-pressed")) === "true",
    {
      within_ms: SEEN_WITHIN_MS,
    },
  );
  await settle(claire);
});

/** Whoever the second row of the list is. */
async function firstAsked(): Promise<Page> {
  return until(
    "somebody is asked to speak",
    async () => {
      for (const page of [tom, ines]) {
        if (await page.getByText(`${CLAIRE} asks you to speak.`).first().isVisible()) return page;
      }
      return null;
    },
    { within_ms: SEEN_WITHIN_MS },
  );
}

test("Freeze stops everybody with one key, and says so kindly", async () => {
  await settle(claire);
  const pressed_ms = performance.now();
  await keys(claire, "freeze", "Shift+F");
  await tom.getByText("The room is frozen.").first().waitFor();
  measured("freeze-seen", { engine, seen_ms: performance.now() - pressed_ms });
  for (const page of [tom, ines]) {
    assert.equal(await button(page, "Microphone").getAttribute("aria-pressed"), "false");
  }
  await button(tom, "Microphone").click();
  await tom.getByText("Not while the room is frozen.").waitFor();
  await button(tom, "Chat").click();
  assert.equal(await tom.getByRole("textbox", { name: "Message" }).count(), 0);
  await noFaults(tom, "frozen, as a pupil");
  await noFaults(claire, "frozen, as the host");
  await button(tom, "Chat").click();
  const late = await newPage();
  await late.goto(openLink());
  await late.getByRole("heading", { name: "This link leads to no meeting" }).waitFor();
  await late.context().close();
  await claire.getByRole("button", { name: "Let everybody go on" }).click();
  await tom.getByText("The room is frozen.").first().waitFor({ state: "detached" });
});

test("Lock shuts the door; the Security panel says what it is", async () => {
  await keys(claire, "lock", "Shift+L");
  await claire.getByText("Locked", { exact: true }).waitFor();
  await keys(claire, "security", "Shift+S");
  await claire.getByRole("heading", { name: "Security" }).waitFor();
  assert.equal(await button(claire, "Lock meeting").getAttribute("aria-pressed"), "true");
  for (const name of ["Freeze", "Mute all", "End for all"]) await button(claire, name).waitFor();
  await noFaults(claire, "security panel");
  const late = await newPage();
  await late.goto(openLink());
  await late.getByRole("heading", { name: "This link leads to no meeting" }).waitFor();
  await late.context().close();
  await button(claire, "Lock meeting").click();
  await claire.getByText("Locked", { exact: true }).waitFor({ state: "detached" });
  await settle(claire);
});

test("chat only to the hosts reaches the hosts alone", async () => {
  await ask("PATCH", `/meetings/${meeting.id}`, { rules: { chat: "hosts" } });
  await button(tom, "Chat").click();
  await tom.getByText("Only the hosts read what you write.").waitFor();
  await tom.getByRole("textbox", { name: "Message" }).fill("may I go out?");
  await tom.keyboard.press("Enter");
  await button(ines, "Chat").click();
  await button(claire, "Chat").click();
  await claire.getByText("may I go out?").waitFor();
  assert.equal(await ines.getByText("may I go out?").count(), 0);
  await noFaults(claire, "chat to hosts");
  await claire.getByText("may I go out?").hover();
  await button(claire, "Delete message").click();
  await tom.getByText("may I go out?").waitFor({ state: "detached" });
  for (const page of [tom, ines]) await button(page, "Chat").click();
  await settle(claire);
});

// Text, not functions: the test's compiler would leave helpers of its own in them.
const HIDES_THE_PAGE = `for (const [name, value] of [["visibilityState", "hidden"], ["hidden", true]]) {
  Object.defineProperty(document, name, { configurable: true, get: () => value });
}
document.dispatchEvent(new Event("visibilitychange"));
window.dispatchEvent(new Event("blur"));`;
const SHOWS_THE_PAGE = `for (const name of ["visibilityState", "hidden"]) Reflect.deleteProperty(document, name);
document.dispatchEvent(new Event("visibilitychange"));`;

test("whether the page is looked at is told to nobody", async () => {
  const seen = left.get(tom) ?? [];
  const before_hiding = seen.length;
  await tom.evaluate(HIDES_THE_PAGE);
  const since = (): string[] => seen.slice(before_hiding);
  await until("two pings went by", () => since().filter((one) => one === "ping").length >= 2, {
    within_ms: SEEN_WITHIN_MS,
  });
  assert.deepEqual([...new Set(since())], ["ping"]);
  await tom.evaluate(SHOWS_THE_PAGE);
});

test("anyone reports with three presses, and can read the outcome", async () => {
  await button(ines, "Report").click();
  await noFaults(ines, "report");
  await ines.getByRole("radio", { name: "Insults" }).press("Space");
  await button(ines, "Send report").click();
  await ines.getByRole("heading", { name: "Your report has arrived" }).waitFor();
  const link = await ines.getByRole("dialog").getByRole("link").getAttribute("href");
  await noFaults(ines, "reported");
  await ines.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  const outcome = await newPage();
  await outcome.goto(`${product.url}${link ?? ""}`);
  await outcome.getByRole("heading", { name: /Your report P-\d{4}-0001/u }).waitFor();
  await noFaults(outcome, "outcome of a report");
  await outcome.context().close();
  const cases = (await ask("GET", "/cases")) as { cases: { category: string }[] };
  assert.deepEqual(
    cases.cases.map((one) => one.category),
    ["insult"],
  );
});

test("supervised: without a host sound, pictures and chat pause, and come back by themselves", async () => {
  await button(claire, "Leave").click();
  const question = claire.getByRole("alertdialog");
  await question.waitFor();
  await noFaults(claire, "a host is asked before leaving");
  const left_ms = performance.now();
  await question.getByRole("button", { name: "Leave", exact: true }).click();
  await claire.getByRole("heading", { name: "You have left the room" }).waitFor();
  await ines.getByText("No host is here just now.").waitFor();
  const paused_ms = performance.now() - left_ms;
  await noFaults(ines, "paused");
  await claire.goto(openLink());
  await button(claire, "Join now").click();
  const back_ms = performance.now();
  await ines.getByText("No host is here just now.").waitFor({ state: "detached" });
  const resumed_ms = performance.now() - back_ms;
  measured("supervision", { engine, paused_ms, resumed_ms });
  assert.ok(paused_ms < allowed_ms(15_000) && resumed_ms < allowed_ms(5_000));
});

/** Who was taken out tells of it as somebody inside would. */
async function reportFromOutside(page: Page): Promise<void> {
  await button(page, "Report something").click();
  await noFaults(page, "report from outside");
  await page.getByRole("radio", { name: "Threats" }).press("Space");
  await page
    .getByRole("textbox", { name: /^What happened, and who was it/u })
    .fill("He said he waits outside.");
  await button(page, "Send report").click();
  await page.getByRole("heading", { name: "Your report has arrived" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  const { cases } = (await ask("GET", "/cases")) as { cases: { category: string; text: string }[] };
  assert.deepEqual([cases[0]?.category, cases[0]?.text], ["threat", "He said he waits outside."]);
}

test("who is removed is out, waits again with a warning, and who is banned has no way back", async () => {
  await settle(claire);
  await claire.getByRole("figure", { name: TOM }).waitFor();
  await keys(claire, "remove", "p", "End", "Delete");
  const out = await until(
    "somebody is out",
    async () => {
      for (const page of [tom, ines]) {
        if (await page.getByRole("heading", { name: "You were taken out of the room" }).isVisible())
          return page;
      }
      return null;
    },
    { within_ms: SEEN_WITHIN_MS },
  );
  await noFaults(out, "removed");
  await reportFromOutside(out);
  if (out === tom) {
    await out.goto(tomsLink);
    await button(out, "Join now").click();
  } else {
    await knock(out, "Tom Morél");
  }
  await out.getByRole("heading", { name: "You are at the door" }).waitFor();
  await region(claire).getByText("Was removed before").waitFor();
  await region(claire)
    .getByRole("button", { name: /^More about/u })
    .click();
  await region(claire).getByRole("button", { name: "Ban", exact: true }).click();
  await claire.getByRole("alertdialog").getByRole("button", { name: "Ban", exact: true }).click();
  await out.getByRole("heading", { name: "You can no longer enter this room" }).waitFor();
  // What stands behind # alone would not load the page anew.
  await out.goto("about:blank");
  await out.goto(out === tom ? tomsLink : openLink());
  await out.getByRole("heading", { name: "This link leads to no meeting" }).waitFor();
  await settle(claire);
  await keys(claire, "security", "Shift+S");
  await claire.getByRole("heading", { name: "Banned from this meeting" }).waitFor();
  await settle(claire);
});

test("every act is in the audit, also those that were refused", async () => {
  const { records } = (await ask("GET", `/meetings/${meeting.id}/audit`)) as {
    records: { action: string; allowed: boolean }[];
  };
  const done = new Set(records.filter((one) => one.allowed).map((one) => one.action));
  for (const action of ["admit", "deny", "mute-all", "freeze", "lock", "remove", "ban"]) {
    assert.ok(done.has(action), `${action} is in ${[...done].join(", ")}`);
  }
});

test("End for all asks once, and takes everybody out", async () => {
  await keys(claire, "end for all", "Shift+E", "Enter");
  await claire.getByRole("heading", { name: "The meeting is over" }).waitFor();
});

test("axe found nothing in any of these states", () => {
  assert.deepEqual(faults, {});
});
