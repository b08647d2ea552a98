/** Secrets of links stay in the browser: what it asks for to show a page has none, and a page keeps its address. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { askInPage, good, inviteOne, newMeetingOf, type Ask } from "../kit/meetings.ts";
import { launch, openContext } from "./browser.ts";
import { setUp } from "./school.ts";
import { startPlatform, type Platform } from "./server.ts";

const closing = new Closing();
let platform: Platform;
let browser: Browser;
let personalLink: string;

before(async () => {
  platform = closing.add(await startPlatform(), (one) => one.stop());
  browser = closing.add(await launch(), (one) => one.close());
  const context = await openContext(browser, { signedInAs: await setUp(browser, platform) });
  const host = await context.newPage();
  await host.goto(platform.url);
  const ask: Ask = async (method, path, body) =>
    good(path, await host.evaluate(askInPage, { method, path, body }));
  const { id } = await newMeetingOf(ask, "Class 6B, history", "class");
  personalLink = await inviteOne(ask, id, "Inès Benali");
  await context.close();
});
after(() => closing.run());

interface Visit {
  readonly page: Page;
  /** Everything the server was asked for: address, and the page that was said to ask. */
  readonly asked: string[];
}

async function visit(link: string): Promise<Visit> {
  const context = await openContext(browser);
  closing.add(context, (one) => one.close());
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => {
    asked.push(new URL(request.url()).pathname + new URL(request.url()).search);
    asked.push(request.headers()["referer"] ?? "");
  });
  await page.goto(link);
  return { page, asked };
}

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

test("no address a personal link's page asks for has its secret", async () => {
  const { page, asked } = await visit(personalLink);
  await page.getByRole("button", { name: "Join now" }).waitFor();
  const secret = new URL(personalLink).hash.slice(1);
  assert.equal(secret.length, 43);
  assert.deepEqual(
    asked.filter((one) => one.includes(secret)),
    [],
  );
});

test("skipping to the content keeps the link one came by", async () => {
  const { page } = await visit(personalLink);
  await page.getByRole("button", { name: "Join now" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
  assert.equal(page.url(), personalLink);
  await page.reload();
  await page.getByRole("button", { name: "Join now" }).waitFor();
});

test("a personal link of the form before leads on, and its secret leaves the path", async () => {
  const { page } = await visit(personalLink.replace("/i#", "/i/"));
  await page.getByRole("button", { name: "Join now" }).waitFor();
  assert.equal(page.url(), personalLink);
});

test("another link in the same window is another page", async () => {
  const { page } = await visit(`${platform.url}/i#${"x".repeat(43)}`);
  await page.getByRole("button", { name: "Join now" }).waitFor({ state: "detached" });
  await heading(page).waitFor();
  await page.goto(personalLink);
  await page.getByRole("button", { name: "Join now" }).waitFor();
});

test("a sign-in link signs in, and its secret is in no address", async () => {
  const link = platform.createAccount("Marc Petit", "marc@college.example");
  const { page, asked } = await visit(link);
  await page.getByLabel("New password").fill("a long enough password");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "New meeting", exact: true }).waitFor();
  const secret = new URL(link).hash.slice(1);
  assert.deepEqual(
    asked.filter((one) => one.includes(secret)),
    [],
  );
  assert.equal(new URL(page.url()).hash, "");
});
