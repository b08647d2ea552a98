/** Mail that a real mail server refused: the pages say why and what to do, and send it again, by keyboard too. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { newMeetingOf } from "../kit/meetings.ts";
import { PYTHON, REPOSITORY } from "../kit/places.ts";
import { startProcess } from "../kit/processes.ts";
import { until } from "../kit/until.ts";
import { axeFindings, launch, openContext, violationsOf, type Look } from "./browser.ts";
import { openCrowd } from "./class.ts";
import { fits, smallTargets } from "./fit.ts";
import { setUp, TEACHER } from "./school.ts";
import { startPlatform, type Platform } from "./server.ts";

interface MailServer {
  /** Host and port that take letters. */
  readonly way: string;
  readonly folder: string;
}

const PICTURES = process.env["PREAU_TEST_PICTURES"];
const SETTLED = { within_ms: 30_000 };
const SETTLED_PAGE = { timeout: 30_000 };
const CONTACT = "safe";
const REPORT = { type: "report", category: "insult", participant_id: null, text: "Names.", message_ids: [] };

const closing = new Closing();
let browser: Browser;
let mail: MailServer;
let platform: Platform;
let teacher: Look["signedInAs"];
let hosts: Crowd;

async function startMailServer(): Promise<MailServer> {
  const command = [PYTHON, "-m", "tests.kit.mail_server"];
  const started = closing.add(startProcess(command, { cwd: REPOSITORY }), (one) => one.stop());
  const said = await until(
    "the mail server answers",
    () => /^\{.*\}$/mu.exec(started.output())?.[0],
    SETTLED,
  );
  return JSON.parse(said) as MailServer;
}

before(async () => {
  mail = await startMailServer();
  const settings = { PREAU_SMTP_URL: `smtp://${mail.way}`, PREAU_MAIL_FROM: "preau@college.example" };
  platform = closing.add(await startPlatform(settings), (opened) => opened.stop());
  browser = closing.add(await launch(), (opened) => opened.close());
  teacher = await setUp(browser, platform);
  hosts = await openCrowd(browser, platform.url, closing, { signedInAs: teacher });
  await nameContact(CONTACT);
});
after(() => closing.run());

function refuse(localPart: string): void {
  writeFileSync(join(mail.folder, "refused", localPart), "");
}

function take(localPart: string): void {
  rmSync(join(mail.folder, "refused", localPart));
}

function letters(): number {
  return readdirSync(join(mail.folder, "letters")).includes("new")
    ? readdirSync(join(mail.folder, "letters", "new")).length
    : 0;
}

async function reasons(): Promise<(string | null)[]> {
  const { cases } = (await hosts.ask("GET", "/cases")) as { cases: { mail_problem: string | null }[] };
  return cases.map((one) => one.mail_problem);
}

async function nameContact(localPart: string | null): Promise<void> {
  const contact = localPart === null ? null : `${localPart}@college.example`;
  await hosts.ask("PATCH", "/organization", { safeguarding_contact: contact });
}

async function report(): Promise<void> {
  const meeting = await newMeetingOf(hosts.ask, "Class 6B, history", "meeting");
  const { seat } = await hosts.seat(meeting.code, TEACHER, null);
  await hosts.say(seat, REPORT);
}

/** A report whose mail the mail server refused for five days. */
async function givenUpReport(): Promise<void> {
  refuse(CONTACT);
  await report();
  await until("it was refused", async () => (await reasons())[0] === "refused", SETTLED);
  platform.giveUpMail();
}

async function open(path: string, look: Look): Promise<Page> {
  const context = await openContext(browser, {
    ...look,
    ...(teacher === undefined ? {} : { signedInAs: teacher }),
  });
  const page = await context.newPage();
  await page.goto(platform.url + path);
  await page.locator("h1").waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}

/** Nothing is amiss with the page as it stands; a picture of it when somebody wants to look. */
async function isSound(page: Page, name: string): Promise<void> {
  await fits(page);
  assert.deepEqual(await smallTargets(page), []);
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(await violationsOf(page), []);
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Presses what has this name as somebody does who has no pointer. */
async function pressByKey(page: Page, name: RegExp): Promise<void> {
  const wanted = page.getByRole("button", { name });
  await wanted.waitFor();
  const has = () => wanted.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 60 && !(await has()); presses += 1) await page.keyboard.press("Tab");
  assert.ok(await has(), "the Tab key leads to it");
  await page.keyboard.press("Enter");
}

const WIDE = { width: 1280, height: 800, language: "en" } as const;
const NARROW = { width: 360, height: 740, language: "fr", theme: "dark" } as const;

describe("a report whose mail was given up", () => {
  it("says why and what to do, and is sent again by keyboard", async () => {
    await givenUpReport();
    const page = await open("/cases", WIDE);
    await page.getByText("Mail to the contact: not delivered").waitFor();
    await page.getByText("Check the contact’s address").waitFor();
    await isSound(page, "cases-given-up-1280");
    take(CONTACT);
    const before = letters();
    await pressByKey(page, /^Send again/u);
    const sent = page.getByText("The mail to the contact was sent.");
    await sent.waitFor();
    assert.ok(
      await sent.evaluate((element) => element === document.activeElement),
      "focus goes on from there",
    );
    assert.equal(await page.getByRole("button", { name: /^Send again/u }).count(), 0);
    await page.getByText("Mail to the contact: sent").waitFor();
    await until("it arrived", () => letters() === before + 1, SETTLED);
    await isSound(page, "cases-sent-1280");
    await page.context().close();
  });

  it("sent in vain says why in French on a phone, and is tried again by itself", async () => {
    await givenUpReport();
    const page = await open("/cases", NARROW);
    await page.getByText("Courriel au référent : non remis").waitFor();
    await isSound(page, "cases-given-up-360");
    await pressByKey(page, /^Renvoyer/u);
    await page.getByText("Les essais continuent d’eux-mêmes").waitFor();
    await page.getByText("Vérifiez l’adresse du référent").waitFor();
    await isSound(page, "cases-waiting-360");
    await page.context().close();
    take(CONTACT);
  });

  it("shows on the organization's page, with the way to it, and cannot be sent to nobody", async () => {
    await givenUpReport();
    take(CONTACT);
    const page = await open("/organization", NARROW);
    await isSound(page, "organization-360");
    await nameContact(null);
    await page.getByRole("link", { name: "Voir les signalements" }).click();
    await page.getByText("Aucun référent protection n’est désigné").first().waitFor();
    assert.equal(await page.getByRole("button", { name: /^Renvoyer/u }).count(), 0);
    await isSound(page, "cases-no-contact-360");
    await page.context().close();
  });
});

describe("a report made while no contact was named", () => {
  it("says so, and is sent by keyboard once there is one", async () => {
    await nameContact(null);
    await report();
    const about = (page: Page) => page.getByRole("listitem").first();
    const early = await open("/cases", NARROW);
    await about(early).getByText("Personne n’a été prévenu").waitFor();
    await about(early).getByText("Aucun référent protection n’est désigné").waitFor();
    assert.equal(
      await about(early)
        .getByRole("button", { name: /^Prévenir/u })
        .count(),
      0,
    );
    await isSound(early, "cases-never-sent-no-contact-360");
    await early.context().close();
    await nameContact("late");
    const before = letters();
    const page = await open("/cases", NARROW);
    await isSound(page, "cases-never-sent-360");
    await pressByKey(page, /^Prévenir le référent/u);
    const sent = page.getByText("Le courriel au référent est parti.");
    await sent.waitFor();
    assert.ok(
      await sent.evaluate((element) => element === document.activeElement),
      "focus goes on from there",
    );
    await until("it arrived", () => letters() === before + 1, SETTLED);
    await page.context().close();
  });
});

describe("a personal link whose mail was refused", () => {
  it("says why and what to do, and is sent again by keyboard", async () => {
    refuse("lea");
    const meeting = await newMeetingOf(hosts.ask, "Parents of 6B", "meeting");
    const people = ["Léa Roux", "Adam Kone"].map((name, index) => ({
      name,
      email: `${["lea", "adam"][index]}@college.example`,
    }));
    await hosts.ask("POST", `/meetings/${meeting.id}/invitations`, { people, send: true });
    const narrow = await open(`/meetings/${meeting.id}`, NARROW);
    await narrow.getByRole("button", { name: "Renvoyer à Léa Roux" }).waitFor();
    await isSound(narrow, "meeting-unsent-360");
    await narrow.context().close();
    const page = await open(`/meetings/${meeting.id}`, WIDE);
    await page.getByText("The mail server refused it").waitFor();
    await isSound(page, "meeting-unsent-1280");
    await pressByKey(page, /^Send again to Léa Roux/u);
    // Refused once more: the button is there again, and whoever pressed it is still on it.
    await page.getByText("A new link is on its way").waitFor();
    await page.getByText("The mail server refused it").waitFor(SETTLED_PAGE);
    const again = page.getByRole("button", { name: "Send again to Léa Roux" });
    assert.ok(await again.evaluate((element) => element === document.activeElement));
    take("lea");
    const before = letters();
    await page.keyboard.press("Enter");
    const sent = page.getByText("A new link was sent; the earlier one is dead.");
    await sent.waitFor(SETTLED_PAGE);
    assert.ok(await sent.evaluate((element) => element === document.activeElement));
    assert.equal(letters(), before + 1);
    await isSound(page, "meeting-sent-1280");
    await page.context().close();
  });
});
