/** Every page: its policy holds, nothing is fetched from elsewhere, axe finds nothing grave, and it reflows. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { axeFindings, launch, violationsOf, type Theme } from "./browser.ts";
import { PLACES } from "./places.ts";
import { openSchool, type School } from "./school.ts";
import { startPlatform } from "./server.ts";
import { visit } from "./visit.ts";

const closing = new Closing();
let browser: Browser;
let school: School;

before(async () => {
  const platform = closing.add(await startPlatform(), (opened) => opened.stop());
  browser = closing.add(await launch(), (opened) => opened.close());
  school = await openSchool(browser, platform);
});
after(() => closing.run());

const THEMES: readonly Theme[] = ["light", "dark"];

for (const theme of THEMES) {
  describe(`in ${theme} colours`, () => {
    for (const place of PLACES) {
      it(`${place.name} keeps to its policy and its origin, and axe finds nothing grave`, async () => {
        const { context, page, seen } = await visit(browser, school, place, { theme });
        assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), theme);
        assert.deepEqual(await axeFindings(page), []);
        assert.deepEqual(await violationsOf(page), []);
        assert.deepEqual(seen, { strangers: [], faults: [] });
        await context.close();
      });
    }
  });
}

/** Elements wider than the window: what a person would have to scroll sideways for. */
async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isWide = (element: Element) => element.getBoundingClientRect().right > width + 1;
    const isHidden = (element: Element) => getComputedStyle(element).clipPath !== "none";
    return [...document.querySelectorAll("body *")]
      .filter((element) => isWide(element) && !isHidden(element))
      .map((element) => element.outerHTML.slice(0, 120));
  });
}

/** Controls smaller than a thumb: less than 44 CSS pixels high or wide. Links within sentences may be. */
async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll(
      "button, select, input, [role=menuitem], [role=menuitemradio], a",
    );
    const small: string[] = [];
    for (const control of controls) {
      const { width, height } = control.getBoundingClientRect();
      const isShown = width > 1 && control.closest("[aria-hidden=true], [data-rac][hidden]") === null;
      if (isShown && (height < 43.5 || width < 43.5)) small.push(control.outerHTML.slice(0, 120));
    }
    return small;
  });
}

describe("on a small screen and with large text", () => {
  for (const place of PLACES) {
    it(`${place.name} fits 320 pixels and keeps its targets at 44`, async () => {
      const { context, page } = await visit(browser, school, place, { width: 320, height: 640 });
      assert.deepEqual(await overflow(page), []);
      assert.deepEqual(await smallTargets(page), []);
      await context.close();
    });

    it(`${place.name} holds text of twice the size, in French`, async () => {
      const look = { width: 900, height: 800, language: "fr" } as const;
      const { context, page } = await visit(browser, school, place, look);
      await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
      assert.deepEqual(await overflow(page), []);
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
    // Home looks different to three kinds of visitors, pre-join to two, signing in has a page and a link.
    assert.ok(titles.size >= alone.length - 4, [...titles].join("\n"));
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
