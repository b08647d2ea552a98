/** Accounts taken back: the password changed and forgotten, browsers signed out, accounts invited, disabled, erased. */

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { PYTHON, REPOSITORY } from "../kit/places.ts";
import { startProcess } from "../kit/processes.ts";
import { until } from "../kit/until.ts";
import { axeFindings, launch, openContext, violationsOf, watchTraffic, type Look } from "./browser.ts";
import { fits, smallTargets } from "./fit.ts";
import { PASSWORD, setUp } from "./school.ts";
import { startPlatform, type Platform } from "./server.ts";

const PICTURES = process.env["PREAU_TEST_PICTURES"];
const SETTLED = { within_ms: 30_000 };
const FRESH = "quatre mots sans rapport";
const TEACHER = "claire@college.example";

const closing = new Closing();
let browser: Browser;
let platform: Platform;
let teacher: Look["signedInAs"];
let letters: string;

before(async () => {
  const command = [PYTHON, "-m", "tests.kit.mail_server"];
  const started = closing.add(startProcess(command, { cwd: REPOSITORY }), (one) => one.stop());
  const said = await until(
    "the mail server answers",
    () => /^\{.*\}$/mu.exec(started.output())?.[0],
    SETTLED,
  );
  const { way, folder } = JSON.parse(said) as { way: string; folder: string };
  letters = join(folder, "letters", "new");
  const settings = { PREAU_SMTP_URL: `smtp://${way}`, PREAU_MAIL_FROM: "preau@college.example" };
  platform = closing.add(await startPlatform(settings), (opened) => opened.stop());
  browser = closing.add(await launch(), (opened) => opened.close());
  teacher = await setUp(browser, platform);
});
after(() => closing.run());

async function open(path: string, look: Look = {}, isSignedIn = true): Promise<Page> {
  const signedIn = isSignedIn && teacher !== undefined ? { signedInAs: teacher } : {};
  const context = await openContext(browser, { ...look, ...signedIn });
  const page = await context.newPage();
  await page.goto(new URL(path, platform.url).href);
  await page.locator("h1").waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}

/** Reads, fits and looks as it should, from a wide window to the narrowest phone. */
async function looksRight(page: Page, name: string): Promise<void> {
  assert.deepEqual(await violationsOf(page), []);
  assert.deepEqual(await axeFindings(page), [], name);
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
    [320, 640],
  ] as const) {
    await page.setViewportSize({ width, height });
    await fits(page);
    if (PICTURES !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}-${width}.png`), fullPage: true });
    }
  }
  assert.deepEqual(await smallTargets(page), [], name);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** The newest letter to an address that has these words. */
async function letterTo(address: string, words: string): Promise<string> {
  return until(
    `a letter to ${address}`,
    () => {
      const found = readdirSync(letters).map((name) => readFileSync(join(letters, name), "utf8"));
      return found.find((one) => one.includes(address) && decoded(one).includes(words));
    },
    SETTLED,
  ).then((letter) => decoded(letter));
}

/** Quoted-printable as mail programs read it. */
function decoded(letter: string): string {
  const bytes = letter
    .replace(/=\r?\n/gu, "")
    .replace(/=([0-9A-F]{2})/gu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function linkIn(letter: string): string {
  const link = /https?:\/\/\S+\/sign-in#\S+/u.exec(letter)?.[0];
  if (link === undefined) throw new Error(`no link in ${letter}`);
  return link;
}

describe("an administrator", () => {
  it("invites somebody by keyboard, who gets a link by mail and chooses a password", async () => {
    const page = await open("/accounts");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Inès Bénali");
    await page.getByRole("textbox", { name: "Email" }).fill("ines@college.example");
    await page.getByLabel("Language").selectOption("fr");
    await page.getByText("Send the link by mail").click();
    await page.keyboard.press("Enter");
    const heading = page.getByRole("heading", { name: "The link for Inès Bénali" });
    await heading.waitFor();
    assert.ok(await heading.evaluate((one) => one === document.activeElement), "the link is read aloud");
    await looksRight(page, "accounts-invited");
    await page.context().close();

    const invited = await open(linkIn(await letterTo("ines@college.example", "visioconférence")), {}, false);
    await invited.getByLabel("New password").fill("12345678");
    await invited.keyboard.press("Enter");
    await invited.getByText(/known to those who guess/u).waitFor();
    await invited.getByLabel("New password").fill(PASSWORD);
    await invited.keyboard.press("Enter");
    await invited.getByRole("button", { name: "New meeting", exact: true }).waitFor();
    await invited.context().close();
  });

  it("finds, changes, disables and enables an account, and is told each time", async () => {
    const page = await open("/accounts");
    await page.getByRole("searchbox", { name: "Find by name or email" }).fill("benali");
    await page.getByText("1 account", { exact: true }).waitFor();
    const menu = page.getByRole("button", { name: "More about Inès Bénali" });
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Disable" }).press("Enter");
    const dialog = page.getByRole("alertdialog");
    await dialog.waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await dialog.getByRole("button", { name: "Disable" }).click();
    await page.getByText("Inès Bénali is signed out everywhere and cannot sign in.").waitFor();
    await page.getByText("Disabled", { exact: true }).waitFor();
    await menu.click();
    await page.getByRole("menuitem", { name: "Enable" }).click();
    await page.getByText("Inès Bénali can sign in again.").waitFor();
    await menu.click();
    await page.getByRole("menuitem", { name: "Change" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Inès B.");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("The account of Inès B. is changed.").waitFor();
    await page.context().close();
  });

  it("cannot lock everybody out", async () => {
    const page = await open("/accounts");
    await page.getByRole("button", { name: "More about Claire Martin" }).click();
    await page.getByRole("menuitem", { name: "Erase" }).click();
    await page.getByRole("button", { name: "Erase the account" }).click();
    await page.getByText(/Make somebody else an administrator first/u).waitFor();
    await page.context().close();
  });
});

describe("somebody with an account", () => {
  it("sees where it is signed in, and is told of a new device", async () => {
    const elsewhere = await open("/sign-in", {}, false);
    await elsewhere.getByRole("textbox", { name: "Email" }).fill(TEACHER);
    await elsewhere.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await elsewhere.keyboard.press("Enter");
    await elsewhere.getByRole("button", { name: "New meeting", exact: true }).waitFor();
    assert.match(await letterTo(TEACHER, "new device"), /Chrome on Linux/u);

    const page = await open("/account");
    const seen = watchTraffic(page, platform.url);
    const browsers = page.getByRole("list", { name: "Where you are signed in" }).getByRole("listitem");
    await browsers.nth(1).waitFor();
    await looksRight(page, "account");
    await page.getByRole("button", { name: /^Sign out: Chrome on Linux/u }).click();
    await page.getByText(/is signed out, and has left the meetings/u).waitFor();
    await until("one is left", async () => (await browsers.count()) === 1 || undefined, SETTLED);
    await elsewhere.goto(`${platform.url}/account`);
    await elsewhere.getByRole("heading", { name: "You are signed out" }).waitFor();
    assert.deepEqual(seen, { strangers: [], faults: [] });
    await elsewhere.context().close();
    await page.context().close();
  });

  it("changes the password by keyboard, knowing the present one", async () => {
    const page = await open("/account", { theme: "dark" });
    await page.getByLabel("Present password", { exact: true }).fill("not mine");
    await page.getByLabel("New password", { exact: true }).fill(FRESH);
    await page.keyboard.press("Enter");
    await page.getByText(/This is not your password/u).waitFor();
    await looksRight(page, "account-dark");
    await page.getByLabel("Present password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("New password", { exact: true }).fill(FRESH);
    await page.keyboard.press("Enter");
    await page.getByText("Your password is changed.").waitFor();
    await letterTo(TEACHER, "password of your account was changed");
    await page.context().close();
  });

  it("gets a link for a forgotten one, and nobody learns who has an account", async () => {
    const page = await open("/forgotten", { language: "fr" }, false);
    for (const address of ["personne@college.example", TEACHER]) {
      await page.getByRole("textbox", { name: "Adresse électronique" }).fill(address);
      await page.keyboard.press("Enter");
      await page.getByText(`Si un compte correspond à ${address}`).waitFor();
    }
    await looksRight(page, "forgotten-fr");
    const link = linkIn(await letterTo(TEACHER, "somebody asked for a new password"));
    await page.context().close();
    const back = await open(link, {}, false);
    await back.getByText(/Every browser that is signed in to this account/u).waitFor();
    await back.getByLabel("New password").fill(PASSWORD);
    await back.keyboard.press("Enter");
    await back.getByRole("button", { name: "New meeting", exact: true }).waitFor();
    teacher = await back.context().storageState();
    await back.context().close();
  });

  it("reads it all in French and in the dark", async () => {
    for (const path of ["/account", "/accounts"]) {
      const page = await open(path, { language: "fr", theme: "dark" });
      await page.getByRole("listitem").first().waitFor();
      await looksRight(page, `${path.slice(1)}-fr-dark`);
      await page.context().close();
    }
  });

  it("is asked for the password once more after a quarter of an hour, and what it did goes on", async () => {
    platform.ageSignIns();
    const page = await open("/accounts");
    await page.getByRole("button", { name: "More about Inès B." }).click();
    await page.getByRole("menuitem", { name: "New link for a password" }).click();
    const dialog = page.getByRole("dialog", { name: "Your password, once more" });
    await dialog.waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await dialog.getByLabel("Password", { exact: true }).fill("not mine");
    await page.keyboard.press("Enter");
    await dialog.getByText(/do not go together/u).waitFor();
    await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "The link for Inès B." }).waitFor();
    await page.context().close();
  });

  it("signs out everywhere, here too", async () => {
    const page = await open("/account");
    await page.getByRole("button", { name: "Sign out everywhere, here too" }).click();
    await page.getByRole("link", { name: "Sign in" }).first().waitFor();
    await page.context().close();
  });
});
