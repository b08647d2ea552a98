/** Every page and state of the client but the call itself, and how one gets there. */

import type { Page } from "playwright-core";

import type { Language } from "./browser.ts";
import type { School } from "./school.ts";

export interface Place {
  readonly name: string;
  /** Who looks: the teacher, signed in, or somebody without an account. */
  readonly as: "teacher" | "newcomer" | "guest";
  readonly path: (school: School) => string;
  /** What to do after the page has come, in either language. */
  readonly act?: (page: Page, language: Language) => Promise<void>;
  /** The browser says no to camera and microphone. */
  readonly deniesDevices?: boolean;
  /** The server does not answer this path. */
  readonly withoutAnswerTo?: string;
}

const UNKNOWN = "zzzzz-zzzzz-zzzzz-zzzzz";

/** The same control by its name in both languages. */
function named(en: string, fr: string): RegExp {
  return new RegExp(`^(${en}|${fr})`, "u");
}

async function press(page: Page, en: string, fr: string): Promise<void> {
  await page
    .getByRole("button", { name: named(en, fr) })
    .first()
    .click();
}

async function turnBothOn(page: Page): Promise<void> {
  await press(page, "Microphone", "Micro");
  await press(page, "Camera", "Caméra");
  await page.locator("video").waitFor();
  await page.getByRole("meter").waitFor();
}

async function openMore(page: Page, en: string, fr: string): Promise<void> {
  await press(page, "More for", "Plus d’actions");
  await page.getByRole("menuitem", { name: named(en, fr) }).click();
}

export const PLACES: readonly Place[] = [
  { name: "home", as: "teacher", path: () => "/" },
  { name: "home-empty", as: "newcomer", path: () => "/" },
  { name: "home-guest", as: "guest", path: () => "/" },
  {
    name: "home-wrong-link",
    as: "guest",
    path: () => "/",
    act: async (page) => {
      await page.getByRole("textbox").fill("my meeting");
      await page.getByRole("textbox").press("Enter");
      await page.getByText(/abcde-fghjk/u).waitFor();
    },
  },
  {
    name: "account-menu",
    as: "teacher",
    path: () => "/",
    act: async (page) => {
      await press(page, "Account", "Compte");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "rename",
    as: "teacher",
    path: () => "/",
    act: async (page) => {
      await openMore(page, "Rename", "Renommer");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "delete",
    as: "teacher",
    path: () => "/",
    act: async (page) => {
      await openMore(page, "Delete", "Supprimer");
      await page.getByRole("alertdialog").waitFor();
    },
  },
  { name: "sign-in", as: "guest", path: () => "/sign-in" },
  {
    name: "sign-in-failed",
    as: "guest",
    path: () => "/sign-in",
    act: async (page) => {
      await page.getByRole("textbox").first().fill("claire@college.example");
      await page.locator("input[type=password]").fill("not the password");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "sign-in-link", as: "guest", path: (school) => school.openLink },
  { name: "sign-in-link-expired", as: "guest", path: () => "/sign-in/used-long-ago" },
  { name: "setup-done", as: "guest", path: (school) => school.setupPath },
  { name: "pre-join", as: "guest", path: (school) => school.meetingPath },
  { name: "pre-join-host", as: "teacher", path: (school) => school.meetingPath },
  {
    name: "pre-join-live",
    as: "guest",
    path: (school) => school.meetingPath,
    act: async (page) => {
      await turnBothOn(page);
      await press(page, "Devices", "Appareils");
      await page.getByRole("textbox").fill("Inès B.");
      await page.getByText(/^(Your microphone works|Votre micro fonctionne)/u).waitFor();
    },
  },
  {
    name: "pre-join-denied",
    as: "guest",
    deniesDevices: true,
    path: (school) => school.meetingPath,
    act: async (page) => {
      await press(page, "Camera", "Caméra");
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "unknown-meeting", as: "guest", path: () => `/m/${UNKNOWN}` },
  { name: "not-found", as: "guest", path: () => "/no/such/page" },
  { name: "unreachable", as: "guest", withoutAnswerTo: "**/api/v1/me", path: () => "/" },
];
