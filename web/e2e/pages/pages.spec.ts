/** Every page: its policy holds, nothing is fetched from elsewhere, axe finds nothing, and it reflows. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Browser } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { axeFindings, violationsOf } from "./browser.ts";
import { fits, smallTargets, unmarkedFields } from "./fit.ts";
import { PLACES } from "./places.ts";
import { startSchool, type School } from "./school.ts";
import { visit } from "./visit.ts";

const closing = new Closing();
let browser: Browser;
let school: School;

before(async () => {
  ({ browser, school } = await startSchool(closing));
});
after(() => closing.run());

describe("each page keeps to its policy and its origin, axe finds nothing", () => {
  for (const place of PLACES) {
    it(`${place.name}, in light colours, and it fits 320 pixels with targets of 44`, async () => {
      const { context, page, seen } = await visit(browser, school, place, { theme: "light" });
      assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(await axeFindings(page), []);
      assert.deepEqual(await unmarkedFields(page), []);
      await page.setViewportSize({ width: 320, height: 640 });
      await fits(page);
      assert.deepEqual(await smallTargets(page), []);
      assert.deepEqual(seen, { strangers: [], faults: [] });
      await context.close();
    });

    it(`${place.name}, in dark colours and French, and it holds text of twice the size`, async () => {
      const look = { theme: "dark", language: "fr", width: 900 } as const;
      const { context, page, seen } = await visit(browser, school, place, look);
      assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "dark");
      assert.deepEqual(await violationsOf(page), []);
      assert.deepEqual(await axeFindings(page), []);
      await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
      await fits(page);
      assert.deepEqual(seen, { strangers: [], faults: [] });
      await context.close();
    });
  }
});

describe("every page", () => {
  it("has one main landmark, one first heading, its own title and its language", async () => {
    const titles = new Set<string>();
    const alone = PLACES.filter((place) => place.act === undefined);
    for (const place of alone) {
      const { context, page } = await visit(browser, school, place, { language: "fr" });
      assert.equal(await page.getByRole("main").count(), 1, place.name);
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, place.name);
      assert.equal(await page.evaluate(() => document.documentElement.lang), "fr", place.name);
      titles.add(await page.title());
      await context.close();
    }
    // Home looks different to three kinds of visitors, pre-join to three, signing in has a page and a link, and a
    // meeting's own page is called as its door is to the host.
    assert.ok(titles.size >= alone.length - 6, [...titles].join("\n"));
  });

  it("but the meeting does without the media library", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const scripts: string[] = [];
    page.on("response", (response) => {
      if (response.url().endsWith(".js")) scripts.push(response.url());
    });
    await page.goto(`${school.url}/`);
    await page.locator("h1").waitFor();
    assert.ok(scripts.length > 0);
    for (const url of scripts) {
      const source = await (await context.request.get(url)).text();
      assert.ok(!source.includes("livekit"), url);
    }
    await context.close();
  });
});
