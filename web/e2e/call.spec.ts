/** The call in two Chromium pages of one meeting: pictures, chat, hands, keys, panels, screens, leaving. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

import { allowed_ms } from "./kit/bars.ts";
import { Closing } from "./kit/closing.ts";
import { engineFromEnvironment } from "./kit/engines.ts";
import {
  AMONG_COLLEAGUES,
  askInPage,
  good,
  inviteOne,
  meetingAt,
  setRules,
  type Ask,
} from "./kit/meetings.ts";
import { startProduct, type Product } from "./kit/product.ts";
import { measured } from "./kit/report.ts";
import { until } from "./kit/until.ts";
import { axeFindings } from "./pages/browser.ts";

const ACT_WITHIN_MS = 30_000;
const MUTE_SEEN_WITHIN_MS = allowed_ms(1_000);
const GONE_WITHIN_MS = allowed_ms(2_000);
const ANN = "Ann Archer";
const BEN = "Ben Baker";

const engine = engineFromEnvironment();
const closing = new Closing();
const complaints: string[] = [];
let product: Product;
let browser: Browser;
let ann: Page;
let ben: Page;
let meeting = "";

before(async () => {
  product = closing.add(await startProduct(engine), (one) => one.stop());
  browser = closing.add(await chromium.launch({ executablePath: chromiumPath(), args: FLAGS }), (one) =>
    one.close(),
  );
  ann = await openPage();
  ben = await openPage();
  await setUp(ann);
  await ann.getByRole("button", { name: "New meeting" }).click();
  await button(ann, "Join now").waitFor();
  ({ id: meeting } = await meetingAt(ask, ann.url()));
  await setRules(ask, meeting, AMONG_COLLEAGUES);
  await enter(ann, ANN);
  await ben.goto(await inviteOne(ask, meeting, BEN));
  await enter(ben);
});
after(() => closing.run());

const FLAGS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--disable-background-networking",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--mute-audio",
];

function chromiumPath(): string {
  return process.env.PREAU_TEST_CHROMIUM ?? "/usr/bin/chromium";
}

/** A page of its own person; what it is refused, or fetches from elsewhere, is noted. */
async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(ACT_WITHIN_MS);
  const page = await context.newPage();
  page.on("console", (line) => {
    const isOurs = engine === "embedded" || /content security policy/iu.test(line.text());
    // What LiveKit's client says to LiveKit's server is between the two of them.
    if (isOurs && ["error", "warning"].includes(line.type()))
      complaints.push(`${line.text()} (${line.location().url})`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^http/.test(protocol) && !host.startsWith("127.0.0.1")) complaints.push(request.url());
  });
  return page;
}

async function setUp(page: Page): Promise<void> {
  await page.goto(product.setupLink);
  await page.getByLabel("Your name").fill(ANN);
  await page.getByLabel("Email").fill("ann@example.org");
  await page.getByLabel("New password", { exact: true }).fill("a long enough password");
  await page.keyboard.press("Enter");
}

/** Ann's page asks the server on her behalf. */
const ask: Ask = async (method, path, body) =>
  good(path, await ann.evaluate(askInPage, { method, path, body }));

/** By the pre-join page that is open, with both devices on; a personal link needs no name. */
async function enter(page: Page, name?: string): Promise<void> {
  if (name !== undefined) await page.getByLabel("Your name").fill(name);
  for (const device of ["Microphone", "Camera"]) await button(page, device).click();
  await button(page, "Join now").click();
  await button(page, "Leave").waitFor();
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

function tile(page: Page, name: string) {
  return page.getByRole("figure", { name, exact: true });
}

/** Pictures shown so far in somebody's tile. */
function frames(page: Page, name: string): Promise<number> {
  return tile(page, name)
    .locator("video")
    .evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames);
}

function untilThat(what: string, look: () => Promise<boolean>, within_ms = ACT_WITHIN_MS): Promise<boolean> {
  return until(what, look, { within_ms, every_ms: 20 });
}

async function says(page: Page, name: string, words: RegExp): Promise<boolean> {
  return words.test((await tile(page, name).textContent()) ?? "");
}

async function untilMoving(page: Page, name: string): Promise<void> {
  await tile(page, name).locator("video").waitFor();
  const first = await frames(page, name);
  await untilThat(`${name} moves`, async () => (await frames(page, name)) > first + 5);
}

async function isPressed(page: Page, name: string): Promise<boolean> {
  return (await button(page, name).getAttribute("aria-pressed")) === "true";
}

test("two people see each other move, and themselves in a mirror", async () => {
  await untilMoving(ann, BEN);
  await untilMoving(ben, ANN);
  await untilMoving(ann, ANN);
  const mirror = await tile(ann, ANN)
    .locator("video")
    .evaluate((video) => getComputedStyle(video).transform);
  assert.match(mirror, /^matrix\(-1,/);
  assert.ok(await ann.getByText("Not end-to-end encrypted yet").isVisible());
});

test("one's own picture walks from corner to corner", async () => {
  const at = async () => (await tile(ann, ANN).boundingBox()) ?? { x: 0, y: 0 };
  const before_move = await at();
  await ann.getByRole("button", { name: "Move my picture to another corner" }).focus();
  await ann.keyboard.press("Enter");
  const after_move = await at();
  assert.ok(after_move.x < before_move.x && after_move.y === before_move.y);
});

test("chat counts what is unread, keeps text as it is, and offers links without fetching them", async () => {
  await button(ben, "Chat").click();
  await ben.getByRole("textbox", { name: "Message" }).fill("<b>look</b>\nhttps://example.org/map, please");
  await ben.keyboard.press("Enter");
  await ann.getByText("1 unread message").waitFor({ state: "attached" });
  assert.match(await ann.title(), /^\(1\) /);
  await button(ann, "Chat").click();
  const link = ann.getByRole("link", { name: "https://example.org/map" });
  await link.waitFor();
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  assert.ok(await ann.getByText("<b>look</b>").isVisible());
  await untilThat("nothing is unread", async () => !/^\(/.test(await ann.title()));
  await untilThat("the line is sent", async () => !(await ben.getByText("Sending…").isVisible()));
});

test("a panel takes the focus and gives it back", async () => {
  await button(ann, "People").click();
  const heading = ann.getByRole("heading", { name: "People (2)" });
  await untilThat("focus is in the panel", () => heading.evaluate((one) => one === document.activeElement));
  await ann.keyboard.press("Escape");
  await heading.waitFor({ state: "detached" });
  const back = button(ann, "People");
  await untilThat("focus is back", () => back.evaluate((one) => one === document.activeElement));
});

test("keys work in the call and not in a text field", async () => {
  await ann.locator("body").press("h");
  await untilThat("Ben sees the hand", () => says(ben, ANN, /hand raised/));
  assert.ok(await isPressed(ann, "Raise hand"));
  await ann.locator("body").press("c");
  await ann.getByRole("textbox", { name: "Message" }).fill("");
  await ann.getByRole("textbox", { name: "Message" }).pressSequentially("hmm");
  assert.ok(await isPressed(ann, "Raise hand"));
  assert.ok(await isPressed(ann, "Microphone"));
  await ann.getByRole("textbox", { name: "Message" }).fill("");
  await ann.keyboard.press("Escape");
  await ann.locator("body").press("h");
  await untilThat("the hand is down", async () => !(await says(ben, ANN, /hand raised/)));
  await ann.locator("body").press("?");
  await ann.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await ann.keyboard.press("Escape");
  await ann.getByRole("dialog").waitFor({ state: "detached" });
});

test("a mute is seen within a second; the space bar speaks while it is held", async () => {
  await ann.locator("body").press("m");
  const begun_ms = performance.now();
  await untilThat("Ben sees it", () => says(ben, ANN, /microphone off/));
  const seen_ms = performance.now() - begun_ms;
  measured("call-mute-seen", { engine, seen_ms });
  assert.ok(seen_ms < MUTE_SEEN_WITHIN_MS, `seen after ${seen_ms} ms`);
  // A button that has the focus takes the space bar; the last panel gave the focus back to one.
  await ann.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  await ann.keyboard.down(" ");
  await untilThat("Ann is heard", async () => !(await says(ben, ANN, /microphone off/)));
  assert.ok(await isPressed(ann, "Microphone"));
  await ann.keyboard.up(" ");
  await untilThat("Ann is muted again", () => says(ben, ANN, /microphone off/));
  await ann.locator("body").press("m");
  await untilThat("Ann is heard", async () => !(await says(ben, ANN, /microphone off/)));
});

test("a camera that is off shows initials, and comes back", async () => {
  await button(ann, "Camera").click();
  await tile(ben, ANN).locator("video").waitFor({ state: "detached" });
  await tile(ben, ANN).getByText("AA", { exact: true }).waitFor();
  await button(ann, "Camera").click();
  await untilMoving(ben, ANN);
});

test("a shared screen takes the stage, the faces a strip", async () => {
  await button(ben, "Share screen").click();
  await untilMoving(ann, `${BEN}'s screen`);
  const stage = await tile(ann, `${BEN}'s screen`).boundingBox();
  const face = await tile(ann, BEN).boundingBox();
  assert.ok(stage !== null && face !== null && stage.width > 3 * face.width);
  assert.ok(await tile(ben, "Your screen").isVisible());
  await button(ben, "Share screen").click();
  await tile(ann, `${BEN}'s screen`).waitFor({ state: "detached" });
  await untilMoving(ann, BEN);
});

test("the call has no accessibility fault that a machine can find", async () => {
  for (const panel of [null, "People", "Chat", "Security", "Settings"]) {
    if (panel !== null) await button(ann, panel).click();
    assert.deepEqual(await axeFindings(ann), [], panel ?? "no panel");
  }
  await ann.keyboard.press("Escape");
});

test("a phone keeps five tools and the rest under More, without scrolling sideways", async () => {
  await ann.setViewportSize({ width: 320, height: 640 });
  await untilThat("five tools", async () => {
    const tools = ann.getByRole("contentinfo").getByRole("button");
    return (await tools.filter({ visible: true }).count()) === 5;
  });
  await button(ann, "More").click();
  await ann.getByRole("menuitem", { name: "People" }).click();
  await ann.getByRole("heading", { name: "People (2)" }).waitFor();
  const width = await ann.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(width, 320);
  await ann.setViewportSize({ width: 1280, height: 800 });
  await button(ann, "Close").click();
});

test("who leaves is gone within two seconds, and may come back", async () => {
  await button(ben, "Leave").click();
  const begun_ms = performance.now();
  await tile(ann, BEN).waitFor({ state: "detached" });
  const gone_ms = performance.now() - begun_ms;
  measured("call-leave-seen", { engine, gone_ms });
  assert.ok(gone_ms < GONE_WITHIN_MS, `gone after ${gone_ms} ms`);
  await ann.getByText("Nobody else is here yet").waitFor();
  await ben.getByRole("heading", { name: "You have left the room" }).waitFor();
  await ben.getByRole("button", { name: /go back/i }).click();
  await enter(ben);
  await untilMoving(ann, BEN);
  await button(ben, "Leave").click();
  await tile(ann, BEN).waitFor({ state: "detached" });
});

test("who closes the page is seen to be away as soon, and keeps the place", async () => {
  const cat = await openPage();
  await cat.goto(await inviteOne(ask, meeting, "Cat"));
  await enter(cat);
  await tile(ann, "Cat").waitFor();
  await cat.close({ runBeforeUnload: false });
  const begun_ms = performance.now();
  await tile(ann, "Cat").getByText("Reconnecting").waitFor();
  assert.ok(performance.now() - begun_ms < GONE_WITHIN_MS);
});

// Text, not functions: the test's compiler would leave helpers of its own in them.
const REFUSES_DEVICES = `navigator.mediaDevices.getUserMedia = () =>
  Promise.reject(new DOMException("Permission denied", "NotAllowedError"));`;
const HEARS_A_VOICE = `navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const voice = context.createOscillator();
  const microphone = context.createMediaStreamDestination();
  voice.connect(microphone);
  voice.start();
  return microphone.stream;
};`;

test("a refused camera says how to mend it, and the call goes on", async () => {
  const dan = await openPage();
  await dan.addInitScript(REFUSES_DEVICES);
  await dan.goto(await inviteOne(ask, meeting, "Dan"));
  await button(dan, "Join now").click();
  await button(dan, "Camera").click();
  await dan.getByText("The browser may not use your camera").waitFor();
  assert.equal(await isPressed(dan, "Camera"), false);
  await untilMoving(dan, ANN);
  await dan.context().close();
});

test("a voice into a muted microphone is told so", async () => {
  const eve = await openPage();
  await eve.addInitScript(HEARS_A_VOICE);
  await eve.goto(await inviteOne(ask, meeting, "Eve"));
  await button(eve, "Microphone").click();
  await button(eve, "Join now").click();
  await button(eve, "Leave").waitFor();
  assert.equal(await eve.getByText("You are muted").isVisible(), false);
  await button(eve, "Microphone").click();
  await eve.getByText("You are muted").waitFor();
  await button(eve, "Microphone").click();
  await eve.getByText("You are muted").waitFor({ state: "detached" });
  await eve.context().close();
});

test("the console of a call is silent, and nothing was fetched from elsewhere", () => {
  assert.deepEqual(complaints, []);
});
