/** A reload, and twenty seconds away: the same person, in the same place, with the hand up and the devices on. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { inviteAll, newMeetingOf, setRules, type KnownMeeting } from "../kit/meetings.ts";
import { measured } from "../kit/report.ts";
import { openContext, violationsOf } from "./browser.ts";
import { startSchoolWithHosts, TEACHER } from "./school.ts";

const PUPILS = ["Tom Morel", "Inès Benali", "Léa Roux"] as const;
const BACK_WITHIN_MS = 3_000;
const AWAY_MS = 20_000;

const closing = new Closing();
let browser: Browser;
let hosts: Crowd;
let host = 0;
let free: KnownMeeting;

before(async () => {
  ({ browser, hosts } = await startSchoolWithHosts(closing));
  free = await newMeetingOf(hosts.ask, "Class 3D, physics", "class");
  await setRules(hosts.ask, free.id, { starts_muted: false, unmute: true, camera: true });
  ({ seat: host } = await hosts.seat(free.code, TEACHER, null));
});
after(() => closing.run());

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

async function newPage(): Promise<Page> {
  const context = await openContext(browser);
  closing.add(context, (opened) => opened.close());
  return context.newPage();
}

async function linkTo(meeting: KnownMeeting, name: string): Promise<string> {
  const [link = ""] = await inviteAll(hosts.ask, meeting.id, [name]);
  return link;
}

/** How many people the host was told of as new since `from`. */
async function newcomers(from: number): Promise<number> {
  const since = (await hosts.heard(host)).slice(from) as { event?: { type: string } }[];
  return since.filter((frame) => frame.event?.type === "participant-joined").length;
}

async function enterWithHandUp(name: string): Promise<Page> {
  const page = await newPage();
  await page.goto(await linkTo(free, name));
  await button(page, "Microphone").click();
  await page.getByText("Say a few words").or(page.getByText("Your microphone works.")).first().waitFor();
  await button(page, "Join now").click();
  await button(page, "Leave").waitFor();
  await button(page, "Raise hand").click();
  await page.locator('button[aria-label="Raise hand"][aria-pressed="true"]').waitFor();
  return page;
}

async function untilAsBefore(page: Page): Promise<void> {
  await page.locator('button[aria-label="Raise hand"][aria-pressed="true"]').waitFor();
  await page.locator('button[aria-label="Microphone"][aria-pressed="true"]').waitFor();
}

it("a reload keeps the hand, the devices and the place, and asks nothing", async () => {
  const page = await enterWithHandUp(PUPILS[0]);
  const heard = (await hosts.heard(host)).length;
  const channels: string[] = [];
  page.on("websocket", (socket) => channels.push(new URL(socket.url()).pathname));
  const begun_ms = performance.now();
  await page.reload();
  await untilAsBefore(page);
  const back_ms = performance.now() - begun_ms;
  measured("reload", { back_ms });
  assert.ok(back_ms <= BACK_WITHIN_MS, `back after ${back_ms} ms`);
  assert.equal(await newcomers(heard), 0, "nobody new came");
  assert.equal(channels.filter((path) => path.endsWith("/control")).length, 1, "and came once");
  assert.deepEqual(await violationsOf(page), []);
});

it("who is away for twenty seconds is the same person afterwards", async () => {
  const page = await enterWithHandUp(PUPILS[1]);
  const heard = (await hosts.heard(host)).length;
  await page.goto("about:blank");
  // The time is the test: it used to be too long to come back from.
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  await page.goBack();
  await untilAsBefore(page);
  assert.equal(await newcomers(heard), 0, "nobody new came");
});

it("leaving is leaving: a reload afterwards leads to the page before the room", async () => {
  const page = await enterWithHandUp(PUPILS[2]);
  await button(page, "Leave").click();
  await page.getByRole("heading", { name: "You have left the room" }).waitFor();
  await page.reload();
  await button(page, "Join now").waitFor();
});
