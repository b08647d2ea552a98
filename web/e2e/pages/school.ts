/** A set-up platform with a teacher, her meetings, a colleague without any, and an unused sign-in link. */

import type { Browser, BrowserContextOptions } from "playwright-core";

import { openContext, type Look } from "./browser.ts";
import type { Place } from "./places.ts";
import type { Platform } from "./server.ts";

export const TEACHER = "Claire Martin";
export const PASSWORD = "a long enough password";
const TITLES = ["Teachers’ room", "Parents of 6B", "Class 6B, history"];

type SignedIn = Exclude<BrowserContextOptions["storageState"], string | undefined>;

export interface School {
  readonly url: string;
  readonly teacher: SignedIn;
  readonly newcomer: SignedIn;
  /** Where the newest meeting is: /m/<code>. */
  readonly meetingPath: string;
  /** A sign-in link that waits for its password. */
  readonly openLink: string;
  readonly setupPath: string;
}

/** Goes through the set-up page as an administrator would; answers who is signed in then. */
async function setUp(browser: Browser, platform: Platform): Promise<SignedIn> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(platform.setupLink);
  await page.getByRole("textbox", { name: "Your name" }).fill(TEACHER);
  await page.getByRole("textbox", { name: "Email" }).fill("claire@college.example");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await page.getByRole("button", { name: "New meeting" }).waitFor();
  const signedIn = await context.storageState();
  await context.close();
  return signedIn;
}

async function signInByLink(browser: Browser, link: string): Promise<SignedIn> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(link);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "New meeting" }).waitFor();
  const signedIn = await context.storageState();
  await context.close();
  return signedIn;
}

async function makeMeetings(browser: Browser, url: string, teacher: SignedIn): Promise<string> {
  const context = await openContext(browser, { signedInAs: teacher });
  let code = "";
  for (const title of TITLES) {
    const answer = await context.request.post(`${url}/api/v1/meetings`, { data: { title } });
    if (!answer.ok()) throw new Error(`no meeting: ${answer.status()} ${await answer.text()}`);
    code = ((await answer.json()) as { code: string }).code;
  }
  await context.close();
  return `/m/${code}`;
}

export async function openSchool(browser: Browser, platform: Platform): Promise<School> {
  const { url } = platform;
  const teacher = await setUp(browser, platform);
  const newcomer = await signInByLink(browser, platform.createAccount("Inès Benali", "ines@college.example"));
  const open = platform.createAccount("Marc Petit", "marc@college.example");
  return {
    url,
    teacher,
    newcomer,
    meetingPath: await makeMeetings(browser, url, teacher),
    openLink: new URL(open).pathname,
    setupPath: new URL(platform.setupLink).pathname,
  };
}

/** How the visitor of a place looks at it. */
export function lookAt(place: Place, school: School, look: Look): Look {
  return {
    ...look,
    allowsDevices: place.deniesDevices !== true,
    ...(place.as === "guest" ? {} : { signedInAs: school[place.as] }),
  };
}
