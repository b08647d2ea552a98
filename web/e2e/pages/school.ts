/** A set-up platform with a teacher, her meetings, a class in its room, and whoever comes to the doors. */

import type { Browser, BrowserContextOptions } from "playwright-core";

import type { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { inviteAll, newMeetingOf, setRules, type Ask, type KnownMeeting } from "../kit/meetings.ts";
import { launch, openContext, type Look } from "./browser.ts";
import { openCrowd, seatClass } from "./class.ts";
import type { Place } from "./places.ts";
import { startPlatform, type Platform } from "./server.ts";

export const TEACHER = "Claire Martin";
export const PASSWORD = "a long enough password";
const TITLES = ["Teachers’ room", "Parents of 6B", "Class 6B, history"];

type SignedIn = Exclude<BrowserContextOptions["storageState"], string | undefined>;

export interface School {
  readonly url: string;
  readonly teacher: SignedIn;
  readonly newcomer: SignedIn;
  /** Where the newest meeting is: /m/<code>. Its open link may knock. */
  readonly meetingPath: string;
  /** The page of that meeting: /meetings/<id>. */
  readonly settingsPath: string;
  /** A meeting with a passcode: /m/<code>. */
  readonly passcodePath: string;
  /** Rooms with people in them, by what is going on there. */
  readonly rooms: Readonly<Record<RoomName, Room>>;
  /** A sign-in link that waits for its password. */
  readonly openLink: string;
  readonly setupPath: string;
  /** The path that tells the outcome of the one report: /case#<secret>. */
  readonly casePath: string;
}

export type RoomName = "class" | "frozen" | "unsupervised";

export interface Room {
  readonly path: string;
  /** The path of a personal link nobody has used yet. */
  readonly freshLink: () => string;
  /** Somebody who runs the room does something there. */
  readonly act: (frame: Record<string, unknown>) => Promise<unknown>;
}

/** What stands behind the server's name in a link, its secret too. */
function pathOf(link: string): string {
  const { pathname, hash } = new URL(link);
  return `${pathname}${hash}`;
}

/** Goes through the set-up page as an administrator would; answers who is signed in then. */
export async function setUp(browser: Browser, platform: Platform): Promise<SignedIn> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(platform.setupLink);
  await page.getByRole("textbox", { name: "Your name" }).fill(TEACHER);
  await page.getByRole("textbox", { name: "Email" }).fill("claire@college.example");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await page.getByRole("button", { name: "New meeting", exact: true }).waitFor();
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
  await page.getByRole("button", { name: "New meeting", exact: true }).waitFor();
  const signedIn = await context.storageState();
  await context.close();
  return signedIn;
}

async function makeMeetings(ask: Ask): Promise<KnownMeeting> {
  let last: KnownMeeting | undefined;
  for (const title of TITLES) last = await newMeetingOf(ask, title, "meeting");
  if (last === undefined) throw new Error("no meeting");
  await setRules(ask, last.id, { open_link: true });
  await inviteAll(ask, last.id, ["Inès Benali", "Adam Kone", "Léa Roux"]);
  return last;
}

/** Personal links for so many visits that each finds one of its own. */
async function room(ask: Ask, meeting: KnownMeeting, act: Room["act"]): Promise<Room> {
  const names = Array.from({ length: 60 }, (_, index) => `Inès Benali ${index + 1}`);
  const links = await inviteAll(ask, meeting.id, names);
  return {
    path: `/m/${meeting.code}`,
    freshLink: () => pathOf(links.shift() ?? "http://no-link-left/"),
    act,
  };
}

async function withPasscode(ask: Ask): Promise<string> {
  const { id, code } = await newMeetingOf(ask, "Parents’ evening", "meeting");
  await setRules(ask, id, { open_link: true });
  await ask("PATCH", `/meetings/${id}`, { passcode: "leaf kite moon" });
  return `/m/${code}`;
}

const REPORT = {
  type: "report",
  category: "insult",
  participant_id: null,
  text: "Somebody called Malo names in the chat.",
  message_ids: [],
};

interface Rooms {
  readonly rooms: School["rooms"];
  readonly casePath: string;
}

/** A class of thirty, a class that is frozen now and then, and one whose teacher is not there. */
async function openRooms(
  browser: Browser,
  url: string,
  closing: Closing,
  ask: Ask,
  hosts: Crowd,
): Promise<Rooms> {
  const lesson = await newMeetingOf(ask, "Class 6B, geography", "class");
  await setRules(ask, lesson.id, { open_link: true });
  const { pupils, seat } = await seatClass(browser, url, closing, ask, lesson);
  const { secret = "" } = await pupils.say(seat, REPORT);
  const german = await newMeetingOf(ask, "Class 5A, German", "class");
  const { seat: host } = await hosts.seat(german.code, TEACHER, null);
  const maths = await newMeetingOf(ask, "Class 4C, maths", "class");
  const nobody = () => Promise.reject(new Error("nobody runs this room"));
  return {
    casePath: `/case#${secret}`,
    rooms: {
      class: await room(ask, lesson, nobody),
      frozen: await room(ask, german, (frame) => hosts.say(host, frame)),
      unsupervised: await room(ask, maths, nobody),
    },
  };
}

async function openSchool(browser: Browser, platform: Platform, closing: Closing): Promise<School> {
  const { url } = platform;
  const teacher = await setUp(browser, platform);
  const newcomer = await signInByLink(browser, platform.createAccount("Inès Benali", "ines@college.example"));
  const open = platform.createAccount("Marc Petit", "marc@college.example");
  const hosts = await openCrowd(browser, url, closing, { signedInAs: teacher });
  const passcodePath = await withPasscode(hosts.ask);
  const { rooms, casePath } = await openRooms(browser, url, closing, hosts.ask, hosts);
  const newest = await makeMeetings(hosts.ask);
  return {
    url,
    teacher,
    newcomer,
    meetingPath: `/m/${newest.code}`,
    settingsPath: `/meetings/${newest.id}`,
    passcodePath,
    rooms,
    openLink: pathOf(open),
    setupPath: pathOf(platform.setupLink),
    casePath,
  };
}

export interface OpenSchool {
  readonly browser: Browser;
  readonly school: School;
}

/** A platform with a school on it, and a browser to look at it; both end with `closing`. */
export async function startSchool(closing: Closing): Promise<OpenSchool> {
  const platform = closing.add(await startPlatform(), (opened) => opened.stop());
  const browser = closing.add(await launch(), (opened) => opened.close());
  return { browser, school: await openSchool(browser, platform, closing) };
}

/** The same, and a page from which the school's teacher asks and sits down. */
export async function startSchoolWithHosts(
  closing: Closing,
): Promise<OpenSchool & { readonly hosts: Crowd }> {
  const { browser, school } = await startSchool(closing);
  const hosts = await openCrowd(browser, school.url, closing, { signedInAs: school.teacher });
  return { browser, school, hosts };
}

/** How the visitor of a place looks at it. */
export function lookAt(place: Place, school: School, look: Look): Look {
  return {
    ...look,
    allowsDevices: place.deniesDevices !== true,
    ...(place.as === "guest" ? {} : { signedInAs: school[place.as] }),
  };
}
