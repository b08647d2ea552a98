/** Hostile strings in chat, names and titles, in a real browser: no dangerous link, no markup that was not ours. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { AMONG_COLLEAGUES, inviteOne, newMeetingOf, setRules, type KnownMeeting } from "../kit/meetings.ts";
import { REPOSITORY } from "../kit/places.ts";
import { until } from "../kit/until.ts";
import { openContext, violationsOf } from "./browser.ts";
import { openCrowd } from "./class.ts";
import { startSchoolWithHosts, type School } from "./school.ts";

interface Case {
  readonly text: string;
  readonly links: readonly { readonly text: string; readonly href: string }[];
}

const CORPUS = JSON.parse(
  readFileSync(join(REPOSITORY, "tests", "fixtures", "hostile", "strings.json"), "utf8"),
) as Case[];
/** The server takes control characters out of names, titles and lines, so such strings arrive as others. */
const PLAIN = CORPUS.filter(({ text }) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text));
const NAME_LIMIT = 64;

const closing = new Closing();
let browser: Browser;
let school: School;
let hosts: Crowd;
let meeting: KnownMeeting;

before(async () => {
  ({ browser, school, hosts } = await startSchoolWithHosts(closing));
  meeting = await newMeetingOf(hosts.ask, "<img src=x onerror=alert(1)>", "meeting");
  await setRules(hosts.ask, meeting.id, AMONG_COLLEAGUES);
});
after(() => closing.run());

/** Elements that none of our pages makes, and handlers in attributes, anywhere on the page. */
async function injected(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const foreign = document.querySelectorAll(
      "#root :is(script, iframe, object, embed, base, meta, link, style, marquee, math, template, form[action])",
    );
    const handlers = [...document.querySelectorAll("#root *")].filter((one) =>
      [...one.attributes].some(({ name }) => name.startsWith("on") || name === "srcdoc"),
    );
    return [...foreign, ...handlers].map((one) => one.outerHTML.slice(0, 120));
  });
}

/** Where links on the page lead that are not the page's own. */
async function strangeLinks(page: Page): Promise<string[]> {
  const hrefs = await page.evaluate(() =>
    [...document.querySelectorAll("a[href]")].map((one) => (one as HTMLAnchorElement).href),
  );
  return hrefs.filter((href) => !href.startsWith(`${school.url}/`));
}

async function teacherAt(path: string): Promise<Page> {
  const context = await openContext(browser, { signedInAs: school.teacher });
  const page = await context.newPage();
  page.on("dialog", (dialog) => assert.fail(`a dialog said ${dialog.message()}`));
  await page.goto(school.url + path);
  return page;
}

describe("hostile strings", () => {
  it("in chat are text, and links where they are what they seem", async () => {
    const guest = await openCrowd(browser, school.url, closing);
    const { seat } = await guest.seat(meeting.code, "Zoé", await inviteOne(hosts.ask, meeting.id, "Zoé"));
    const page = await teacherAt(`/m/${meeting.code}`);
    await page.getByRole("button", { name: "Join now" }).click();
    await page.getByRole("button", { name: "Chat", exact: true }).click();
    for (const [index, { text }] of CORPUS.entries()) {
      const message_id = `hostile-${String(index).padStart(4, "0")}`;
      // Lines that come faster than people write are refused for a moment, and said again.
      const answer = await until(
        `line ${index} has its answer`,
        async () => {
          const said = await guest.say(seat, { type: "send-chat", message_id, text });
          return said.code !== "rate-limited" && said;
        },
        { within_ms: 10_000 },
      );
      assert.ok(answer.type === "done" || answer.code === "text-empty", `${index}: ${answer.code}`);
    }
    await page
      .getByText(PLAIN.at(-1)?.text.slice(0, 20) ?? "")
      .last()
      .waitFor();
    // Without the characters that the server takes out, some lines are plain addresses, and may be links.
    const cleaned = CORPUS.map(({ text }) => text.replace(/[\p{Cc}\p{Cf}]/gu, ""));
    const expected = new Set([
      ...CORPUS.flatMap(({ links }) => links.map((link) => link.href)),
      ...cleaned
        .filter((text) => /^https:/u.test(text) && URL.canParse(text))
        .map((text) => new URL(text).href),
      // Browsers differ from Node in what they take for a host.
      ...cleaned.filter((text) => /^https:\/\/[a-z0-9.-]+\/$/u.test(text)),
    ]);
    const found = await strangeLinks(page);
    assert.ok(found.length > 10);
    assert.deepEqual(
      found.filter((href) => !expected.has(href)),
      [],
    );
    assert.deepEqual(await injected(page), []);
    assert.deepEqual(await violationsOf(page), []);
    await page.context().close();
  });

  it("in titles are text, on the home page and on the meeting's own", async () => {
    for (const { text } of PLAIN.slice(0, 200)) {
      await hosts
        .ask("PATCH", `/meetings/${meeting.id}`, { title: text.slice(0, 120) })
        .catch(() => undefined);
    }
    for (const { text } of PLAIN.filter((one) => one.text.includes("<")).slice(0, 30)) {
      await newMeetingOf(hosts.ask, text.slice(0, 120), "meeting");
    }
    for (const path of ["/", `/meetings/${meeting.id}`]) {
      const page = await teacherAt(path);
      await page.locator("h2").first().waitFor();
      assert.deepEqual(await injected(page), []);
      assert.deepEqual(await strangeLinks(page), []);
      assert.deepEqual(await violationsOf(page), []);
      await page.context().close();
    }
  });

  it("in names are text, in the list of people, at the door and in reports", async () => {
    const guest = await openCrowd(browser, school.url, closing);
    const names = PLAIN.filter((one) => one.text.includes("<")).map((one) => one.text.slice(0, NAME_LIMIT));
    for (const name of names.slice(0, 40)) {
      const link = await inviteOne(hosts.ask, meeting.id, name).catch(() => null);
      if (link !== null && link !== "") await guest.seat(meeting.code, name, link);
    }
    const page = await teacherAt(`/m/${meeting.code}`);
    await page.getByRole("button", { name: "Join now" }).click();
    await page.getByRole("button", { name: "People", exact: true }).click();
    await page.getByText("<script>alert(1)</script>").first().waitFor();
    assert.deepEqual(await injected(page), []);
    assert.deepEqual(await strangeLinks(page), []);
    await page.getByRole("button", { name: "Report", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    assert.deepEqual(await injected(page), []);
    assert.deepEqual(await violationsOf(page), []);
    await page.context().close();
  });
});
