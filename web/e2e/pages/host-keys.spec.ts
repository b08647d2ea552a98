/**
 * Everything a host does in a class of thirty, by keyboard alone: each act from the middle of the call, with no panel
 * open, in at most four keys, on pupils far down the list. The table of keys is printed at the end.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd, Frame } from "../kit/crowd.ts";
import {
  AMONG_COLLEAGUES,
  askInPage,
  good,
  inviteAll,
  newMeetingOf,
  setRules,
  type Ask,
} from "../kit/meetings.ts";
import { measured } from "../kit/report.ts";
import { until } from "../kit/until.ts";
import { launch, openContext } from "./browser.ts";
import { openCrowd, PUPILS } from "./class.ts";
import { startPlatform, type Platform } from "./server.ts";

const MOST_KEYS = 4;
const WITHIN_MS = 30_000;
const HOST = "Claire Martin";
/** The one with a browser: what is stopped must have been there. */
const LUCAS = "Lucas Rey";
const ROSE = "Rose Delmas";
const MAXENCE = "Maxence Olivier";
const SAMUEL = "Samuel Weiss";

const closing = new Closing();
const table: { readonly act: string; readonly pressed: readonly string[] }[] = [];
/** Frames that left the host's page, by type. */
const sent: string[] = [];
let platform: Platform;
let browser: Browser;
let claire: Page;
let lucas: Page;
let crowd: Crowd;
let meeting = { id: "", code: "" };
const seats = new Map<string, { readonly seat: number; readonly id: string }>();

const ask: Ask = async (method, path, body) =>
  good(path, await claire.evaluate(askInPage, { method, path, body }));

before(async () => {
  platform = closing.add(await startPlatform(), (one) => one.stop());
  browser = closing.add(await launch({ sharesScreens: true }), (one) => one.close());
  claire = await newPage();
  claire.on("websocket", (socket) => {
    if (!socket.url().endsWith("/control")) return;
    socket.on("framesent", ({ payload }) =>
      sent.push((JSON.parse(String(payload)) as { type: string }).type),
    );
  });
  await claire.goto(platform.setupLink);
  await claire.getByLabel("Your name").fill(HOST);
  await claire.getByLabel("Email").fill("claire@college.example");
  await claire.getByLabel("New password", { exact: true }).fill("a long enough password");
  await claire.keyboard.press("Enter");
  await button(claire, "New meeting").waitFor();
  meeting = await newMeetingOf(ask, "Class 6B, history", "class");
  await setRules(ask, meeting.id, { ...AMONG_COLLEAGUES, chat: "all", unmute: true, camera: true });
  await claire.goto(`${platform.url}/m/${meeting.code}`);
  await button(claire, "Join now").click();
  await button(claire, "Leave").waitFor();
  await seatTheClass();
});
after(() => closing.run());

async function seatTheClass(): Promise<void> {
  const links = await inviteAll(ask, meeting.id, PUPILS);
  crowd = await openCrowd(browser, platform.url, closing);
  for (const [index, name] of PUPILS.entries()) {
    const link = links[index] ?? "";
    if (name === LUCAS) lucas = await enterWithEverything(link);
    else seats.set(name, await crowd.seat(meeting.code, name, link));
  }
  await claire.getByText(`${PUPILS.length + 1} people`).waitFor();
}

async function newPage(): Promise<Page> {
  const context = await openContext(browser);
  context.setDefaultTimeout(WITHIN_MS);
  return context.newPage();
}

/** A pupil with microphone and camera on. */
async function enterWithEverything(link: string): Promise<Page> {
  const page = await newPage();
  await page.goto(link);
  await button(page, "Microphone").click();
  await button(page, "Camera").click();
  await page.locator("video").waitFor();
  await button(page, "Join now").click();
  await button(page, "Leave").waitFor();
  return page;
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

function door() {
  return claire.getByRole("region", { name: "Waiting room" });
}

/** No panel is open, and the focus is nowhere in particular. */
async function settle(): Promise<void> {
  for (const name of ["People", "Security", "Chat"]) {
    const tool = button(claire, name);
    if ((await tool.getAttribute("aria-pressed")) === "true") await tool.click();
  }
  await claire.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

/** Does one act from the middle of the call, and notes it in the table. */
async function keys(act: string, ...pressed: readonly string[]): Promise<void> {
  await settle();
  table.push({ act, pressed });
  for (const key of pressed) await claire.keyboard.press(key);
  assert.ok(pressed.length <= MOST_KEYS, `${act} takes ${pressed.length} keys`);
}

/** The two digits that a panel shows beside a row; read, as a host reads them. */
async function digitsOf(panel: "People" | "Security", row: string): Promise<[string, string]> {
  await settle();
  await button(claire, panel).click();
  const digits = await shownDigits(row);
  await settle();
  return digits;
}

/** The two digits beside a row of the panel that is open. */
async function shownDigits(row: string): Promise<[string, string]> {
  const found = claire.locator("[data-number]").filter({ has: claire.getByText(row, { exact: true }) });
  const number = (await found.first().getAttribute("data-number")) ?? "";
  assert.match(number, /^\d\d$/u, `${row} has no number`);
  return [number.charAt(0), number.charAt(1)];
}

/** A key for one person, who stands wherever the list has them. */
async function keyFor(act: string, name: string, key: string): Promise<void> {
  await keys(act, "p", ...(await digitsOf("People", name)), key);
}

function seatOf(name: string): { readonly seat: number; readonly id: string } {
  const found = seats.get(name);
  if (found === undefined) throw new Error(`${name} has no seat`);
  return found;
}

/** Waits for a frame to somebody's seat, the first pupil's unless another is named. */
async function heard(
  what: string,
  isIt: (frame: Frame) => boolean,
  of: { readonly crowd: Crowd; readonly seat: number } = { crowd, seat: 0 },
): Promise<void> {
  await until(what, async () => (await of.crowd.heard(of.seat)).some(isIt), { within_ms: WITHIN_MS });
}

function event(type: string, fields: Readonly<Record<string, unknown>> = {}): (frame: Frame) => boolean {
  return ({ event: told }) =>
    told?.type === type && Object.entries(fields).every(([name, value]) => told[name] === value);
}

/** Lucas reads it, and puts it away. */
async function lucasReads(words: string): Promise<void> {
  const notice = lucas.getByRole("alert").filter({ hasText: words });
  await notice.getByRole("button", { name: "Close" }).click();
}

async function turnOn(source: "Microphone" | "Camera" | "Share screen"): Promise<void> {
  await until(
    `${source} is on`,
    async () => {
      const tool = button(lucas, source);
      if ((await tool.getAttribute("aria-pressed")) === "true") return true;
      await tool.click();
      return false;
    },
    { within_ms: WITHIN_MS, every_ms: 500 },
  );
}

interface Stranger {
  readonly crowd: Crowd;
  readonly seat: number;
}

/** Strangers at the door, by the open link, in browsers of their own. */
async function strangers(...names: readonly string[]): Promise<Map<string, Stranger>> {
  const came = new Map<string, Stranger>();
  for (const name of names) {
    const own = await openCrowd(browser, platform.url, closing);
    const { seat, came: how } = await own.seat(meeting.code, name, null);
    assert.equal(how, "waiting");
    came.set(name, { crowd: own, seat });
  }
  await until("they are at the door", async () => (await atDoor()) >= names.length, { within_ms: WITHIN_MS });
  return came;
}

/** How many the host is told are at the door. */
async function atDoor(): Promise<number> {
  return Number.parseInt(
    (await claire.getByRole("button", { name: /at the door$/u }).textContent()) ?? "0",
    10,
  );
}

const ADMITTED = (frame: Frame): boolean => frame.type === "admitted";

test("one of those at the door is let in, then some, then all", async () => {
  const first = await strangers("Aline", "Basile", "Carole", "Denis");
  await keys("admit one (the third)", "p", ...(await digitsOf("People", "Carole")), "Enter");
  await heard("Carole is in", ADMITTED, first.get("Carole"));
  await door().getByText("At the door (3)").waitFor();
  assert.equal(await door().getByRole("button", { name: "Admit", exact: true }).count(), 3);
  // The first and the third of those who are left; the second stays.
  await keys("admit some (first and third)", "p", "Enter", "ArrowDown", "Enter");
  await heard("Aline is in", ADMITTED, first.get("Aline"));
  await heard("Denis is in", ADMITTED, first.get("Denis"));
  await door().getByText("At the door (1)").waitFor();
  await door().getByText("Basile").waitFor();
  const second = await strangers("Emile");
  await button(claire, "2 at the door").waitFor();
  await keys("admit all", "p", "Shift+Tab", "Enter");
  await heard("Basile is in", ADMITTED, first.get("Basile"));
  await heard("Emile is in", ADMITTED, second.get("Emile"));
});

test("Enter that is held lets in one; pressed again, the next", async () => {
  const came = await strangers("Karim", "Lou");
  await settle();
  await claire.keyboard.press("p");
  const before_held = sent.length;
  for (let held = 0; held < 4; held += 1) await claire.keyboard.down("Enter");
  await heard("Karim is in", ADMITTED, came.get("Karim"));
  await claire.keyboard.up("Enter");
  assert.equal(sent.slice(before_held).filter((type) => type === "admit").length, 1);
  await claire.keyboard.press("Enter");
  await heard("Lou is in", ADMITTED, came.get("Lou"));
});

test("somebody at the door is turned away, with the reason", async () => {
  const came = await strangers("Fanny", "Gilles", "Hélène", "Igor", "Judith");
  const reasons = [
    ["Gilles", "w", "wrong-name"],
    ["Igor", "f", "full"],
    ["Hélène", "x", "other"],
    ["Judith", "Delete", "not-expected"],
  ] as const;
  for (const [name, key, reason] of reasons) {
    await keyFor(`deny: ${reason}`, name, key);
    await heard(
      `${name} is told`,
      ({ code, reason: why }) => code === "denied" && why === reason,
      came.get(name),
    );
  }
  await keyFor("ban at the door", "Fanny", "Shift+Delete");
  // The answer to a question, with which it opens, is no part of the act.
  await claire.keyboard.press("Enter");
  await heard("Fanny is banned", ({ code }) => code === "banned", came.get("Fanny"));
});

test("sound, pictures and screens: of one, of all", async () => {
  await turnOn("Microphone");
  await turnOn("Camera");
  await keyFor("mute one", LUCAS, "m");
  await lucasReads("A host muted your microphone.");
  await keyFor("ask to unmute", LUCAS, "u");
  await lucas.getByText(`${HOST} asks you to speak.`).first().waitFor();
  await button(lucas, "Unmute").click();
  await turnOn("Microphone");
  await keys("mute all", "Shift+M");
  await lucasReads("A host muted your microphone.");
  await keyFor("stop video of one", LUCAS, "v");
  await lucasReads("A host turned off your camera.");
  await turnOn("Camera");
  await keys("stop all video", "Shift+V");
  await lucasReads("A host turned off your camera.");
  await turnOn("Share screen");
  await claire.getByRole("figure", { name: `${LUCAS}'s screen` }).waitFor();
  await keyFor("stop a share", LUCAS, "s");
  await lucasReads("A host ended your screen share.");
});

test("hands, the spotlight and a name", async () => {
  for (const name of [ROSE, MAXENCE, SAMUEL]) await crowd.say(seatOf(name).seat, { type: "raise-hand" });
  await settle();
  await button(claire, "People").click();
  await claire.getByRole("heading", { name: "Hands raised (3)" }).waitFor();
  await keyFor("lower a hand", MAXENCE, "h");
  await heard("the hand is down", event("hand-lowered", { participant_id: seatOf(MAXENCE).id }));
  await keys("lower all hands", "Shift+H");
  await heard("the last hand is down", event("hand-lowered", { participant_id: seatOf(SAMUEL).id }));
  await keyFor("spotlight", ROSE, "o");
  await heard("Rose has the stage", event("spotlight-changed", { participant_id: seatOf(ROSE).id }));
  await keyFor("end the spotlight", ROSE, "o");
  await heard("nobody has the stage", event("spotlight-changed", { participant_id: null }));
  await keyFor("rename (opens the field)", ROSE, "n");
  // In the field the same keys write and walk.
  await claire.getByRole("dialog").getByRole("textbox").press("End");
  await claire.keyboard.type("m12");
  await claire.keyboard.press("Home");
  await claire.keyboard.type("u");
  await claire.keyboard.press("Enter");
  await heard("Rose has another name", event("participant-renamed", { name: `u${ROSE}m12` }));
});

const RULES = [
  ["who may share", "Share screen", "ArrowLeft", { share: "hosts" }],
  ["who may chat", "Chat", "ArrowLeft", { chat: "hosts" }],
  ["who may unmute", "Microphone", "ArrowLeft", { unmute: false }],
  ["who may rename", "Rename", "ArrowLeft", { rename: false }],
] as const;

test("who may share, write, unmute and rename", async () => {
  for (const [act, label, key, wanted] of RULES) {
    await keys(act, "Shift+S", ...(await digitsOf("Security", label)), key);
    const [[name, value] = ["", null]] = Object.entries(wanted);
    await heard(
      `${name} is ${String(value)}`,
      ({ event: told }) =>
        told?.type === "rules-changed" && (told["rules"] as Record<string, unknown>)[name] === value,
    );
  }
});

test("co-hosts and the host", async () => {
  await keyFor("make co-host", MAXENCE, "Shift+C");
  await heard(
    "Maxence is co-host",
    event("role-changed", { participant_id: seatOf(MAXENCE).id, role: "cohost" }),
  );
  await claire.getByText("Co-host", { exact: true }).waitFor();
  await keys("hand over as host", "Shift+G", "Enter");
  await heard("Maxence is host", event("role-changed", { participant_id: seatOf(MAXENCE).id, role: "host" }));
  const told = await until(
    "Claire is co-host",
    async () =>
      (await crowd.heard(0)).map((frame) => frame.event).findLast((one) => one?.["role"] === "cohost"),
    { within_ms: WITHIN_MS },
  );
  const back = { type: "set-role", participant_id: told["participant_id"], role: "host" };
  assert.equal((await crowd.say(seatOf(MAXENCE).seat, back)).type, "done");
  await settle();
  await button(claire, "People").click();
  await claire.getByText("Host, you", { exact: true }).waitFor();
  await keyFor("make participant", MAXENCE, "Shift+C");
  await heard(
    "Maxence is a pupil",
    event("role-changed", { participant_id: seatOf(MAXENCE).id, role: "participant" }),
  );
});

test("the lock and the freeze", async () => {
  await keys("lock", "Shift+L");
  await heard("the room is locked", event("room-locked"));
  await claire.getByText("Locked", { exact: true }).waitFor();
  await keys("unlock", "Shift+L");
  await heard("the room is unlocked", event("room-unlocked"));
  await keys("freeze", "Shift+F");
  await heard("the room is frozen", event("room-frozen"));
  await button(claire, "Let everybody go on").first().waitFor();
  await keys("let everybody go on", "Shift+S", "Tab", "Tab", "Enter");
  await heard("the room goes on", event("room-thawed"));
});

test("removing, banning, and lifting the second of three bans", async () => {
  await keyFor("remove", SAMUEL, "Delete");
  await heard("Samuel is out", ({ code }) => code === "removed", { crowd, ...seatOf(SAMUEL) });
  for (const name of [MAXENCE, "Lina Boukhari"]) {
    await keyFor("ban", name, "Shift+Delete");
    await claire.keyboard.press("Enter");
    await heard(`${name} is out`, ({ code }) => code === "banned", { crowd, ...seatOf(name) });
  }
  await keys("lift a ban", "Shift+S", ...(await digitsOf("Security", MAXENCE)), "Enter");
  await button(claire, `Lift the ban: ${MAXENCE}`).waitFor({ state: "detached" });
  await button(claire, "Lift the ban: Lina Boukhari").waitFor();
});

test("keys of a row act on that row alone, and never from a field", async () => {
  await settle();
  await claire.keyboard.press("p");
  const before_typing = sent.length;
  // The panel has the focus, no row has it: none of these is about anybody.
  for (const key of ["u", "o", "n", "w", "f", "x", "Delete", "Shift+Delete", "Shift+C"]) {
    await claire.keyboard.press(key);
  }
  // Somebody who is muted already: the key is theirs, and the host's own microphone stays as it is.
  for (const digit of await shownDigits(`u${ROSE}m12`)) await claire.keyboard.press(digit);
  await claire.keyboard.press("m");
  assert.equal(await button(claire, "Microphone").getAttribute("aria-pressed"), "false");
  await settle();
  await button(claire, "Chat").click();
  const field = claire.getByRole("textbox", { name: "Message" });
  await field.fill("");
  await field.pressSequentially("p01mu 17 Shift x");
  await claire.keyboard.press("Delete");
  assert.equal(await field.inputValue(), "p01mu 17 Shift x");
  assert.deepEqual(
    sent.slice(before_typing).filter((type) => type !== "ping"),
    [],
  );
});

test("a key that is held acts once, and who is sent away leaves the focus to nobody", async () => {
  const [first, second] = await digitsOf("People", "Eva Lombard");
  await claire.keyboard.press("p");
  await claire.keyboard.press(first);
  await claire.keyboard.press(second);
  const before_removal = sent.length;
  for (let held = 0; held < 4; held += 1) await claire.keyboard.down("Delete");
  await heard("Eva is out", ({ code }) => code === "removed", { crowd, ...seatOf("Eva Lombard") });
  await claire.locator("h2:focus", { hasText: "People" }).waitFor();
  await claire.keyboard.down("Delete");
  await claire.keyboard.up("Delete");
  await claire.keyboard.press("Delete");
  const removals = sent.slice(before_removal).filter((type) => type === "remove");
  assert.equal(removals.length, 1);
});

test("the list of keys names those of the rows", async () => {
  await settle();
  await claire.keyboard.press("?");
  const list = claire.getByRole("dialog", { name: "Keyboard shortcuts" });
  for (const words of [
    "Go to the row of that number",
    "Make co-host, make participant",
    "Deny: wrong name",
  ]) {
    await list.getByText(words).waitFor();
  }
  await claire.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
});

test("End for all; no act took more than four keys", async () => {
  await keys("end for all", "Shift+E", "Enter");
  await claire.getByRole("heading", { name: "The meeting is over" }).waitFor();
  for (const { act, pressed } of table)
    measured("keys", { act, keys: pressed.length, pressed: pressed.join(" ") });
  assert.ok(table.every(({ pressed }) => pressed.length <= MOST_KEYS));
});
