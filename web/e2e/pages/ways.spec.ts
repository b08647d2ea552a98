/** The ways through the pages, by keyboard and by pointer, and what happens when something says no. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { capturesOf, openContext, violationsOf } from "./browser.ts";
import { PASSWORD, startSchool, type School } from "./school.ts";

const closing = new Closing();
let browser: Browser;
let school: School;

before(async () => {
  ({ browser, school } = await startSchool(closing));
});
after(() => closing.run());

/** Presses Tab until the named control has the focus; the ring must be seen there. */
async function tabTo(page: Page, name: string | RegExp, limit = 25): Promise<void> {
  for (let step = 0; step < limit; step += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    const label = await focused.evaluate((one) => one.getAttribute("aria-label") ?? one.textContent ?? "");
    const text =
      label === ""
        ? await focused.evaluate((one) => (one as HTMLInputElement).labels?.[0]?.textContent)
        : label;
    if (typeof name === "string" ? text?.trim() !== name : !name.test(text ?? "")) continue;
    const ring = await focused.evaluate((one) => getComputedStyle(one).outlineWidth);
    assert.equal(ring, "3px", `no ring around ${String(name)}`);
    return;
  }
  assert.fail(`Tab does not reach ${String(name)}`);
}

async function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? "");
}

describe("by keyboard alone", () => {
  it("one skips to the content", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    await page.getByRole("button", { name: "New meeting" }).waitFor();
    await tabTo(page, "Skip to the content", 1);
    await page.keyboard.press("Enter");
    // The field for its name stands before it.
    await tabTo(page, "New meeting", 2);
    await context.close();
  });

  it("a teacher goes from home to a new meeting's door, and its name and devices", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    await page.getByRole("button", { name: "New meeting" }).waitFor();
    await tabTo(page, "New meeting");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/m\/(\w{5}-){3}\w{5}$/u);
    await page.getByRole("button", { name: "Join now" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === "H1");
    assert.match(await focusedText(page), /^Class of /u);
    await tabTo(page, "Your name", 1);
    assert.equal(await page.getByRole("textbox", { name: "Your name" }).inputValue(), "Claire Martin");
    await tabTo(page, "Join now", 1);
    assert.equal(await capturesOf(page), 0);
    await tabTo(page, "Microphone");
    await page.keyboard.press("Space");
    await page.getByRole("meter", { name: "Microphone level" }).waitFor();
    const microphone = page.getByRole("button", { name: "Microphone" });
    assert.equal(await microphone.getAttribute("aria-pressed"), "true");
    await context.close();
  });

  it("the account menu opens, walks, closes, and gives the focus back", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    await page.getByRole("button", { name: /^Account/u }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    assert.match(await focusedText(page), /Change your name/u);
    await page.keyboard.press("ArrowDown");
    assert.match(await focusedText(page), /Your account/u);
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
    assert.match((await page.locator(":focus").getAttribute("aria-label")) ?? "", /^Account/u);
    await context.close();
  });
});

describe("my meetings", () => {
  it("can be renamed, and deleted after a question whose first answer keeps them", async () => {
    const context = await openContext(browser, { signedInAs: school.newcomer });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    await page.getByText("No meeting yet").waitFor();
    await page.getByRole("button", { name: "New meeting" }).click();
    await page.getByRole("button", { name: "Join now" }).waitFor();
    await page.getByRole("link", { name: "Préau" }).click();
    await page.getByRole("button", { name: /^More for/u }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByRole("textbox", { name: "Name of the meeting" }).fill("Choir");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Choir", level: 3 }).waitFor();
    await page.getByRole("button", { name: "More for Choir" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog", { name: "Delete “Choir”?" }).waitFor();
    assert.equal(await focusedText(page), "Keep it");
    await page.getByRole("button", { name: "Delete meeting" }).click();
    await page.getByText("No meeting yet").waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === "My meetings");
    assert.deepEqual(await violationsOf(page), []);
    await context.close();
  });

  it("copy their invitation, which then leads to the room when pasted", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: school.url });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    await page.getByRole("button", { name: "Copy invitation: Class 6B, history" }).click();
    await page.getByText("Copied").first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(copied.includes("Class 6B, history") && copied.includes(school.meetingPath), copied);
    await page.getByRole("textbox", { name: "Invitation link or code" }).fill(copied);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Class 6B, history" }).waitFor();
    await context.close();
  });
});

describe("before the room", () => {
  it("a guest sees neither title nor host, and nothing is captured before an act", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    await page.getByText("Your camera and microphone are off").waitFor();
    const words = await page.locator("body").innerText();
    assert.ok(!words.includes("6B") && !words.includes("Claire"), words);
    assert.equal(await capturesOf(page), 0);
    await page.getByRole("button", { name: "Join now" }).click();
    await page.getByText("Write the name the others will see.").waitFor();
    assert.equal(await capturesOf(page), 0);
    await context.close();
  });

  it("a device turned off is let go of", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    const camera = page.getByRole("button", { name: "Camera" });
    await camera.click();
    const video = page.locator("video");
    await video.waitFor();
    const track = await video.evaluateHandle((one) => {
      const media = (one as HTMLVideoElement).srcObject;
      return media instanceof MediaStream ? media.getVideoTracks()[0] : undefined;
    });
    assert.equal(await track.evaluate((one) => one?.readyState), "live");
    await camera.click();
    await video.waitFor({ state: "detached" });
    assert.equal(await track.evaluate((one) => one?.readyState), "ended");
    await context.close();
  });

  it("a refusal by the browser says how to mend it there, and that one may enter without", async () => {
    const context = await openContext(browser, { allowsDevices: false });
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    await page.getByRole("button", { name: "Microphone" }).click();
    const notice = page.getByRole("alert");
    await notice.waitFor();
    assert.match(await notice.innerText(), /microphone.*address.*join without it/su);
    assert.equal(
      await page.getByRole("button", { name: "Microphone" }).getAttribute("aria-pressed"),
      "false",
    );
    await context.close();
  });

  it("the speaker test asks whether it was heard and advises when not", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    await page.getByRole("button", { name: "Devices" }).click();
    await page.getByRole("button", { name: "Play a sound" }).click();
    await page.getByText("Did you hear it?").waitFor();
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.getByText(/Turn the volume up/u).waitFor();
    await context.close();
  });

  it("name and devices are remembered on this device only", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    await page.getByRole("textbox", { name: "Your name" }).fill("  Inès   B. ");
    await page.getByRole("button", { name: "Microphone" }).click();
    await page.getByRole("button", { name: "Devices" }).click();
    const list = page.getByLabel("Microphone", { exact: true }).and(page.locator("select"));
    await page.waitForFunction(() => [...document.querySelectorAll("select")].some((one) => one.length > 1));
    await list.selectOption({ index: 1 });
    const chosen = await list.inputValue();
    await page.getByRole("button", { name: "Join now" }).click();
    await page.getByRole("button", { name: "Join now" }).waitFor({ state: "detached" });
    const kept: Record<string, string> = await page.evaluate(() => ({ ...localStorage }));
    assert.equal(kept["preau.name"], "Inès B.");
    assert.equal((JSON.parse(kept["preau.devices"] ?? "{}") as { microphone: string }).microphone, chosen);
    assert.deepEqual(
      Object.keys(kept).filter((key) => !key.startsWith("preau.")),
      [],
    );
    // Loaded anew, this one would go back to its place at the door.
    const another = await context.newPage();
    await another.goto(school.url + school.meetingPath);
    const name = another.getByRole("textbox", { name: "Your name" });
    await name.waitFor();
    assert.equal(await name.inputValue(), "Inès B.");
    await context.close();
  });
});

describe("language, colours and the account", () => {
  it("the other language is one press away and stays", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(`${school.url}/sign-in`);
    await page.getByRole("button", { name: "Français" }).click();
    await page.getByRole("heading", { name: "Se connecter" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");
    assert.match(await page.title(), /^Se connecter/u);
    await page.reload();
    await page.getByRole("heading", { name: "Se connecter" }).waitFor();
    await context.close();
  });

  it("dark colours can be chosen on a light device and stay", async () => {
    const context = await openContext(browser, { theme: "light" });
    const page = await context.newPage();
    const theme = () => page.evaluate(() => document.documentElement.dataset["theme"]);
    await page.goto(`${school.url}/`);
    // The head of the page is drawn anew once it is known that nobody is signed in.
    await page.locator("h1").waitFor();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    assert.equal(await theme(), "dark");
    await page.reload();
    await page.locator("h1").waitFor();
    assert.equal(await theme(), "dark");
    await context.close();
  });

  it("a host who is signed out signs in and comes back to the meeting's door", async () => {
    const context = await openContext(browser);
    const page = await context.newPage();
    await page.goto(school.url + school.meetingPath);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("textbox", { name: "Email" }).fill("claire@college.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Class 6B, history" }).waitFor();
    await page.getByRole("button", { name: /^Account/u }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Meetings under your own roof" }).waitFor();
    await context.close();
  });
});

describe("when the server does not answer", () => {
  it("the page says so, asks again by itself, and carries on", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    const page = await context.newPage();
    await page.route("**/api/v1/visitor", (route) => route.abort());
    await page.goto(`${school.url}/`);
    await page.getByRole("heading", { name: "The server does not answer" }).waitFor();
    await page.unroute("**/api/v1/visitor");
    await page.getByRole("button", { name: "New meeting" }).waitFor();
    await context.close();
  });

  it("a new meeting that could not be made says why and can be tried again", async () => {
    const context = await openContext(browser, { signedInAs: school.teacher });
    const page = await context.newPage();
    await page.goto(`${school.url}/`);
    const start = page.getByRole("button", { name: "New meeting" });
    await start.waitFor();
    await context.setOffline(true);
    await page.getByText("You are offline. Préau carries on").waitFor();
    await start.click();
    await page.getByRole("alert").filter({ hasText: "Check your network" }).waitFor();
    await context.setOffline(false);
    await start.click();
    await page.getByRole("button", { name: "Join now" }).waitFor();
    await context.close();
  });
});
