/** One's own picture lies over the others': whatever the screen, the company and the corner, no name is under it. */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { inviteAll, inviteOne, newMeetingOf, type KnownMeeting } from "../kit/meetings.ts";
import { openContext } from "./browser.ts";
import { openCrowd } from "./class.ts";
import { startSchoolWithHosts, TEACHER } from "./school.ts";

const SIZES = [
  [320, 568],
  [390, 844],
  [768, 1024],
  [1440, 900],
  // Phones held sideways.
  [568, 320],
  [844, 390],
] as const;
const CORNERS = 4;
const ME = "Tom Morel";
/** As long as a name may be, and short ones. */
const PUPILS = [
  "Maximilienne-Alexandrine de La Rochefoucauld-Montmorency-Laval",
  "Ida",
  "Inès Benali",
  "Léa Roux",
  "Noé Diaz",
  "Sarah Tran",
  "Malo Petit",
] as const;

const closing = new Closing();
let browser: Browser;
let hosts: Crowd;
let pupils: Crowd;
let lesson: KnownMeeting;
let links: string[];
let page: Page;

before(async () => {
  const opened = await startSchoolWithHosts(closing);
  ({ browser, hosts } = opened);
  pupils = await openCrowd(browser, opened.school.url, closing);
  lesson = await newMeetingOf(hosts.ask, "Class 3D, physics", "class");
  await hosts.seat(lesson.code, TEACHER, null);
  links = await inviteAll(hosts.ask, lesson.id, PUPILS);
  const context = await openContext(browser);
  closing.add(context, (one) => one.close());
  page = await context.newPage();
  await page.goto(await inviteOne(hosts.ask, lesson.id, ME));
  await page.getByRole("button", { name: "Join now" }).click();
  await page.getByRole("button", { name: "Leave" }).waitFor();
});
after(() => closing.run());

function tiles() {
  return page.getByRole("figure");
}

async function seatUntil(others: number): Promise<void> {
  for (let seated = (await tiles().count()) - 1; seated < others; seated += 1) {
    const { seat, came } = await pupils.seat(lesson.code, "", links[seated - 1] ?? "");
    assert.equal(came, "admitted");
    await pupils.say(seat, { type: "raise-hand" });
  }
  await tiles().nth(others).waitFor();
}

/** Runs in the page: whose words lie under, or over, the picture of `me`; a name that is no longer wide enough to read. */
function hiddenBy(me: string): string[] {
  const figures = [...document.querySelectorAll("figure")];
  const own = figures.find((one) => one.getAttribute("aria-label") === me)?.getBoundingClientRect();
  if (own === undefined) return ["no own picture"];
  const faults: string[] = [];
  for (const figure of figures) {
    const name = figure.getAttribute("aria-label");
    if (name === me) continue;
    for (const word of figure.querySelectorAll(
      "figcaption, figcaption ~ *, [class*=hand], [class*=_mark_]",
    )) {
      const box = word.getBoundingClientRect();
      if (box.width === 0) continue;
      const isApart =
        box.right <= own.left || own.right <= box.left || box.bottom <= own.top || own.bottom <= box.top;
      if (!isApart)
        faults.push(`${name}: ${word.tagName} at ${Math.round(box.left)}, ${Math.round(box.top)}`);
    }
    const label = figure.querySelector("figcaption");
    if (label === null || label.getBoundingClientRect().width < 48)
      faults.push(`${name}: no room for the name`);
  }
  return faults;
}

/** The stage settles in the frame after its size is known. */
async function settled(): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

const walk = () => page.getByRole("button", { name: "Move my picture to another corner" });

for (const people of [2, 3, 4, 5, 9] as const) {
  it(`with ${people} in the room no name is under one's own picture`, async () => {
    await seatUntil(people - 1);
    const faults: string[] = [];
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await settled();
      const corners = (await walk().count()) === 0 ? 1 : CORNERS;
      for (let corner = 0; corner < corners; corner += 1) {
        const found = await page.evaluate(hiddenBy, ME);
        faults.push(...found.map((fault) => `${width}x${height}, corner ${corner}: ${fault}`));
        if (process.env["PREAU_TEST_PICTURES"] !== undefined) {
          const path = `${process.env["PREAU_TEST_PICTURES"]}/own-${people}-${width}-${corner}.png`;
          await page.screenshot({ path });
        }
        if (corners === 1) break;
        await walk().focus();
        await page.keyboard.press("Enter");
        await settled();
      }
    }
    assert.deepEqual(faults, []);
  });
}

it("alone, one's own picture covers nothing either", async () => {
  const meeting = await newMeetingOf(hosts.ask, "Class 3E, physics", "class");
  const { seat } = await hosts.seat(meeting.code, TEACHER, null);
  const context = await openContext(browser, { width: 320, height: 568 });
  closing.add(context, (one) => one.close());
  page = await context.newPage();
  await page.goto(await inviteOne(hosts.ask, meeting.id, ME));
  await page.getByRole("button", { name: "Join now" }).click();
  await page.getByRole("figure", { name: TEACHER }).waitFor();
  await hosts.say(seat, { type: "leave" });
  await page.getByRole("figure", { name: TEACHER }).waitFor({ state: "detached" });
  assert.deepEqual(await page.evaluate(hiddenBy, ME), []);
});
