/**
 * Whether a page is looked at is nobody's business. Two pupils sit in a class with microphone and camera on; one of the
 * tabs is hidden for two minutes, and the server hears, does and knows the same about both.
 */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd, Frame } from "../kit/crowd.ts";
import { inviteAll, newMeetingOf, setRules, type KnownMeeting } from "../kit/meetings.ts";
import { measured } from "../kit/report.ts";
import { until } from "../kit/until.ts";
import { openContext } from "./browser.ts";
import { startSchoolWithHosts, TEACHER } from "./school.ts";

const HIDDEN_MS = 120_000;
const PUPILS = ["Tom Morel", "Inès Benali"] as const;

/** What left a page: requests by path, frames on the control channel by type. */
type Left = Map<string, number>;

interface Pupil {
  readonly page: Page;
  readonly left: Left;
}

const closing = new Closing();
let browser: Browser;
let hosts: Crowd;
let host = 0;
let meeting: KnownMeeting;

before(async () => {
  ({ browser, hosts } = await startSchoolWithHosts(closing));
  meeting = await newMeetingOf(hosts.ask, "Class 3D, physics", "class");
  await setRules(hosts.ask, meeting.id, { starts_muted: false, unmute: true, camera: true });
  ({ seat: host } = await hosts.seat(meeting.code, TEACHER, null));
});
after(() => closing.run());

function watchWhatLeaves(page: Page): Left {
  const left: Left = new Map();
  const count = (what: string): unknown => left.set(what, (left.get(what) ?? 0) + 1);
  page.on("request", (request) => count(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on("websocket", (socket) => {
    if (!socket.url().endsWith("/control")) return;
    socket.on("framesent", ({ payload }) => count((JSON.parse(String(payload)) as { type: string }).type));
  });
  return left;
}

async function enter(link: string): Promise<Pupil> {
  const context = await openContext(browser);
  closing.add(context, (opened) => opened.close());
  const page = await context.newPage();
  const left = watchWhatLeaves(page);
  await page.goto(link);
  for (const device of ["Microphone", "Camera"]) await button(page, device).click();
  await page.locator("video").waitFor();
  await button(page, "Join now").click();
  await button(page, "Leave").waitFor();
  return { page, left };
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

/** Pictures of somebody that a page has decoded. */
async function frames(page: Page, name: string): Promise<number> {
  const video = page.getByRole("figure", { name, exact: true }).locator("video");
  return video.evaluate((one: HTMLVideoElement) => one.getVideoPlaybackQuality().totalVideoFrames);
}

async function untilMoving(page: Page, name: string): Promise<void> {
  const first = await frames(page, name).catch(() => 0);
  await until(`${name} moves`, async () => (await frames(page, name)) > first + 5, { within_ms: 30_000 });
}

/** Behind another tab of the same window, as far as the page can tell. */
async function hide({ page }: Pupil): Promise<void> {
  // Text, not functions: the test's compiler would leave helpers of its own in them.
  await page.evaluate(`for (const [name, value] of [["visibilityState", "hidden"], ["hidden", true]]) {
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  }
  document.hasFocus = () => false;
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("blur"));`);
}

async function auditLength(): Promise<number> {
  const { records } = (await hosts.ask("GET", `/meetings/${meeting.id}/audit`)) as { records: unknown[] };
  return records.length;
}

it(`a tab that is hidden for ${HIDDEN_MS / 60_000} minutes changes nothing on the server`, async () => {
  const [tomsLink = "", inessLink = ""] = await inviteAll(hosts.ask, meeting.id, PUPILS);
  const tom = await enter(tomsLink);
  const ines = await enter(inessLink);
  await untilMoving(ines.page, PUPILS[0]);
  await untilMoving(tom.page, PUPILS[1]);
  const heard = await hosts.heard(host);
  const noted = await auditLength();
  for (const { left } of [tom, ines]) left.clear();

  await hide(tom);
  // The time is the test: nothing may happen in it, so there is nothing to wait for but its end.
  await new Promise((resolve) => setTimeout(resolve, HIDDEN_MS));

  const since: readonly Frame[] = (await hosts.heard(host)).slice(heard.length);
  assert.deepEqual(since, [], "the host's channel is told nothing");
  assert.equal(await auditLength(), noted, "nothing is on record");
  assert.deepEqual([...tom.left.keys()], ["ping"], "the hidden page sends what every page sends");
  assert.deepEqual([...ines.left.keys()], ["ping"]);
  const [hidden, seen] = [tom, ines].map(({ left }) => left.get("ping") ?? 0) as [number, number];
  measured("hidden-tab", { hidden_ms: HIDDEN_MS, pings_hidden: hidden, pings_seen: seen });
  assert.ok(Math.abs(hidden - seen) <= 2, `${hidden} and ${seen} pings`);
  // The others see and hear him as before, and he is where he was.
  await untilMoving(ines.page, PUPILS[0]);
  assert.equal(await ines.page.getByText("Reconnecting").count(), 0);
  assert.equal(await button(tom.page, "Microphone").getAttribute("aria-pressed"), "true");
});
