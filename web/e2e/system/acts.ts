/** What people do in the product, through its pages alone. */

import assert from "node:assert/strict";

import type { Person } from "../drivers/browsers.ts";
import { AMONG_COLLEAGUES, inviteOne, meetingAt, setRules } from "../kit/meetings.ts";
import type { Product } from "../kit/product.ts";

const PAGE_WITHIN_MS = 15_000;

/** The tile that shows this person's camera. */
export function face(name: string): string {
  return `^(?!.*[Ss]creen).*${name}`;
}

/** The tile that shows this person's shared screen. */
export function screen(name: string): string {
  return `${name}.*[Ss]creen|[Ss]creen.*${name}`;
}

/** Follows the one-time link and becomes the administrator, signed in, on the home page. */
export async function setUp(person: Person, product: Product, name: string): Promise<void> {
  await person.goto(product.setupLink);
  await person.fill("Your name", name);
  await person.fill("Email", "admin@example.org");
  await person.fill("New password", "a long enough password");
  await person.press("Enter");
  await person.until("the home page", () => person.has("button", "New meeting"), PAGE_WITHIN_MS);
}

/** Presses *New meeting*; answers the link of the meeting whose pre-join page opens. Its rules are those of colleagues. */
export async function newMeeting(person: Person): Promise<string> {
  await person.click("button", "New meeting");
  await person.until("the pre-join page", () => person.has("button", "Join now"), PAGE_WITHIN_MS);
  assert.match(new URL(person.url()).pathname, /^\/m\/(\w{5}-){3}\w{5}$/);
  const { id } = await meetingAt(person.ask, person.url());
  await setRules(person.ask, id, AMONG_COLLEAGUES);
  return person.url();
}

/** A personal link to the host's meeting for somebody of this name. */
export async function invite(host: Person, link: string, name: string): Promise<string> {
  return inviteOne(host.ask, (await meetingAt(host.ask, link)).id, name);
}

/** Turns both devices on, on the pre-join page that is open, and gives a name; null: the link has it. */
export async function prepare(person: Person, name: string | null): Promise<void> {
  await person.until("the pre-join page", () => person.has("button", "Join now"), PAGE_WITHIN_MS);
  for (const device of ["Microphone", "Camera"]) {
    await person.click("button", device);
    await person.until(`${device} is on`, () => isPressed(person, device), PAGE_WITHIN_MS);
  }
  if (name !== null) await person.fill("Your name", name);
}

/** Enters the call from the prepared pre-join page. */
export async function joinNow(person: Person): Promise<void> {
  await person.click("button", "Join now");
  await person.until("the call", () => person.has("button", "Leave"), PAGE_WITHIN_MS);
}

/** Opens a personal link in this person's browser and enters with camera and microphone on. */
export async function join(person: Person, personalLink: string): Promise<void> {
  await person.goto(personalLink);
  await prepare(person, null);
  await joinNow(person);
}

export async function isPressed(person: Person, button: string): Promise<boolean> {
  return (await person.attribute("button", button, "aria-pressed")) === "true";
}

/** Writes one line in the chat panel, which is open. */
export async function write(person: Person, line: string): Promise<void> {
  await person.fill("Message", line);
  await person.press("Enter");
}

/** The lines of this form on the page, in the order they stand there. */
export async function linesRead(person: Person, form: RegExp): Promise<string[]> {
  return (await person.text()).match(form) ?? [];
}
