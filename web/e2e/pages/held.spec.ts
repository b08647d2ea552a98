/**
 * Somebody who chose microphone or camera before joining a room that keeps them off: told before, told inside, and
 * why; nothing turns on by itself, and one act turns it on once it may be.
 */

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import type { Browser, Locator, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { inviteOne, newMeetingOf, setRules } from "../kit/meetings.ts";
import { axeFindings, openContext, violationsOf, type Look } from "./browser.ts";
import { startSchoolWithHosts, TEACHER } from "./school.ts";

const PHONE: Look = { language: "fr", width: 320, height: 640 };

const closing = new Closing();
let browser: Browser;
let hosts: Crowd;

before(async () => {
  ({ browser, hosts } = await startSchoolWithHosts(closing));
});
after(() => closing.run());

function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

function status(page: Page, words: string): Locator {
  return page.getByRole("status").filter({ hasText: words });
}

interface Lesson {
  /** The teacher's place in the room. */
  readonly seat: number;
  readonly page: Page;
}

/** A class that runs, and a pupil's page before it. */
async function pupilAt(title: string, rules: Record<string, unknown>, look: Look): Promise<Lesson> {
  const meeting = await newMeetingOf(hosts.ask, title, "class");
  await setRules(hosts.ask, meeting.id, rules);
  const { seat } = await hosts.seat(meeting.code, TEACHER, null);
  const context = await openContext(browser, look);
  closing.add(context, (opened) => opened.close());
  const page = await context.newPage();
  await page.goto(await inviteOne(hosts.ask, meeting.id, "Tom Morel"));
  return { seat, page };
}

async function isOn(page: Page, name: string): Promise<boolean> {
  return (await button(page, name).getAttribute("aria-pressed")) === "true";
}

async function untilOn(page: Page, name: string): Promise<void> {
  await page.locator(`button[aria-label="${name}"][aria-pressed="true"]`).waitFor();
}

async function isWithinWidth(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

it("in a class everybody comes in muted: said before joining, and one press turns the microphone on", async () => {
  const { page } = await pupilAt("Class 3E, music", {}, { language: "en" });
  const before_joining = status(page, "In this meeting everybody comes in with microphone and camera off.");
  await before_joining.waitFor();
  const described = await button(page, "Microphone").getAttribute("aria-describedby");
  assert.equal(described, await before_joining.getAttribute("id"), "it is read with the button");
  assert.deepEqual(await axeFindings(page), []);
  await button(page, "Microphone").focus();
  await page.keyboard.press("Space");
  await status(page, "Here you only try it out.").waitFor();
  await button(page, "Join now").focus();
  await page.keyboard.press("Enter");
  await status(page, "Everybody comes in muted here. You may turn your microphone on.").waitFor();
  assert.equal(await isOn(page, "Microphone"), false, "nothing turns on by itself");
  assert.deepEqual(await axeFindings(page), []);
  await button(page, "Turn on the microphone").focus();
  await page.keyboard.press("Enter");
  await untilOn(page, "Microphone");
  assert.deepEqual(await violationsOf(page), []);
});

it("a pupil who may speak on request only is told so before and inside, on a phone, in French", async () => {
  const { seat, page } = await pupilAt("Class 3F, music", { unmute: false }, PHONE);
  await status(page, "les micros restent coupés tant que l’hôte ne donne pas la parole").waitFor();
  await button(page, "Micro").click();
  await status(page, "Ici, ce n’est qu’un essai.").waitFor();
  assert.ok(await isWithinWidth(page));
  assert.deepEqual(await axeFindings(page), []);
  await button(page, "Entrer").click();
  const inside = status(page, "Votre micro est coupé.");
  await inside.waitFor();
  assert.match(await inside.innerText(), /tant que l’enseignant ne donne pas la parole/u);
  assert.ok(await isWithinWidth(page));
  assert.deepEqual(await axeFindings(page), []);
  await hosts.say(seat, { type: "set-rules", rules: { unmute: true } });
  await status(page, "Vous pouvez maintenant activer votre micro.").waitFor();
  assert.equal(await isOn(page, "Micro"), false, "nothing turns on by itself");
  await button(page, "Activer le micro").focus();
  await page.keyboard.press("Enter");
  await untilOn(page, "Micro");
});

it("a room without the pupils' cameras says so for the camera alone", async () => {
  const rules = { starts_muted: false, camera: false };
  const { page } = await pupilAt("Class 3G, music", rules, PHONE);
  await status(page, "les caméras restent éteintes tant que l’hôte ne les autorise pas").waitFor();
  for (const device of ["Micro", "Caméra"]) await button(page, device).click();
  await button(page, "Entrer").click();
  await status(page, "Votre caméra est éteinte.").waitFor();
  await untilOn(page, "Micro");
  assert.equal(await isOn(page, "Caméra"), false);
});

it("where devices begin as they are chosen nothing is said", async () => {
  const { page } = await pupilAt("Class 3H, music", { starts_muted: false }, {});
  await button(page, "Microphone").click();
  await page.getByText("Your microphone works.").or(page.getByText("Say a few words")).first().waitFor();
  assert.equal(await status(page, "In this meeting").count(), 0);
  await button(page, "Join now").click();
  await untilOn(page, "Microphone");
});
