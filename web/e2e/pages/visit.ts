/** Going to a place and waiting until it has come. */

import type { Browser, BrowserContext, Page } from "playwright-core";

import { openContext, watchTraffic, type Look } from "./browser.ts";
import type { Place } from "./places.ts";
import { lookAt, type School } from "./school.ts";

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly seen: ReturnType<typeof watchTraffic>;
}

export async function visit(browser: Browser, school: School, place: Place, look: Look = {}): Promise<Visit> {
  const context = await openContext(browser, lookAt(place, school, look));
  const page = await context.newPage();
  const seen = watchTraffic(page, school.url);
  if (place.withoutAnswerTo !== undefined) await page.route(place.withoutAnswerTo, (route) => route.abort());
  await place.before?.(school);
  await page.goto(school.url + place.path(school));
  await page.locator("h1").waitFor();
  await place.act?.(page, look.language ?? "en", school);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // What fades in must have arrived before colours are measured or a picture is taken.
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map((one) => one.finished)).then(() => undefined),
  );
  return { context, page, seen };
}
