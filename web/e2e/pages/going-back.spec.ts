/** The browser's way back is a slip in a call: it asks; staying keeps the call, leaving leaves it. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { inviteOne, newMeetingOf, type KnownMeeting } from "../kit/meetings.ts";
import { axeFindings, openContext, watchTraffic, type Look } from "./browser.ts";
import { openCrowd } from "./class.ts";
import { startSchoolWithHosts, TEACHER, type School } from "./school.ts";

const closing = new Closing();
let browser: Browser;
let school: School;
let hosts: Crowd;
let lesson: KnownMeeting;
let host = 0;

before(async () => {
  ({ browser, school, hosts } = await startSchoolWithHosts(closing));
  lesson = await newMeetingOf(hosts.ask, "Class 3D, physics", "class");
  ({ seat: host } = await hosts.seat(lesson.code, TEACHER, null));
});
after(() => closing.run());

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

async function openPage(look: Look = {}): Promise<Page> {
  const context = await openContext(browser, look);
  closing.add(context, (opened) => opened.close());
  return context.newPage();
}

/** The page before the room, reached from another page of the same tab. */
async function pupilInside(name: string, words: { join: string; leave: string }, look: Look): Promise<Page> {
  const page = await openPage(look);
  await page.goto(school.url);
  await page.locator("h1").waitFor();
  await page.goto(await inviteOne(hosts.ask, lesson.id, name));
  await button(page, words.join).click();
  await button(page, words.leave).waitFor();
  return page;
}

/** How many left and came, as the host was told since `from`. */
async function comings(from: number): Promise<string[]> {
  const told = (await hosts.heard(host)).slice(from).map((frame) => frame.event?.type ?? "");
  return told.filter((type) => /^participant-(joined|left)$/u.test(type));
}

it("back asks, staying keeps the call, and back asks again", async () => {
  const page = await pupilInside("Tom Morel", { join: "Join now", leave: "Leave" }, {});
  const seen = watchTraffic(page, school.url);
  const before_back = (await hosts.heard(host)).length;
  await page.goBack();
  const question = page.getByRole("alertdialog", { name: "Leave the class?" });
  await question.waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await question.getByRole("button", { name: "Stay" }).click();
  await question.waitFor({ state: "detached" });
  assert.ok(await page.getByRole("figure", { name: TEACHER }).isVisible());
  await page.goBack();
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "detached" });
  assert.deepEqual(await comings(before_back), [], "nobody was seen to leave");
  assert.deepEqual(seen.faults, []);
  await page.goBack();
  await question.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("heading", { name: "You have left the room" }).waitFor();
  await page.waitForFunction(() => !JSON.stringify(history.state ?? null).includes("isInCall"));
  assert.deepEqual(await comings(before_back), ["participant-left"]);
  assert.deepEqual(seen.faults, []);
});

it("on a phone, in French, the question fits and leaves the same way", async () => {
  const look = { language: "fr", width: 320, height: 568 } as const;
  const page = await pupilInside("Inès Benali", { join: "Entrer", leave: "Quitter" }, look);
  await page.goBack();
  const question = page.getByRole("alertdialog", { name: "Quitter le cours ?" });
  await question.waitFor();
  assert.ok(await question.getByText("Revenir en arrière vous en fait sortir.").isVisible());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await question.getByRole("button", { name: "Quitter" }).click();
  await page.getByRole("heading", { name: "Vous avez quitté la salle" }).waitFor();
});

it("a host who goes back is asked as by the button: what becomes of the class", async () => {
  const page = await openPage({ signedInAs: school.teacher });
  await page.goto(school.url);
  await page.locator("h1").waitFor();
  const meeting = await newMeetingOf(hosts.ask, "Class 3E, physics", "class");
  await page.goto(`${school.url}/m/${meeting.code}`);
  await button(page, "Join now").click();
  await button(page, "Leave").waitFor();
  const pupils = await openCrowd(browser, school.url, closing);
  await pupils.seat(meeting.code, "", await inviteOne(hosts.ask, meeting.id, "Tom Morel"));
  await page.getByRole("figure", { name: "Tom Morel" }).waitFor();
  await page.goBack();
  const question = page.getByRole("alertdialog", { name: "Leave the class?" });
  await question.getByText("It pauses: nobody hears or sees anybody until you are back.").waitFor();
  assert.ok(await question.getByRole("button", { name: "End for all" }).isVisible());
  await question.getByRole("button", { name: "Stay" }).click();
  await question.waitFor({ state: "detached" });
  assert.ok(await page.getByRole("figure", { name: "Tom Morel" }).isVisible());
});
