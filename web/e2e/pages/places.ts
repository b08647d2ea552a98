/** Every page and state of the client but the call itself, and how one gets there. */

import type { Page } from "playwright-core";

import type { Language } from "./browser.ts";
import type { School } from "./school.ts";

export interface Place {
  readonly name: string;
  /** Who looks: the teacher, signed in, or somebody without an account. */
  readonly as: "teacher" | "newcomer" | "guest";
  readonly path: (school: School) => string;
  /** What must be so before anybody comes. */
  readonly before?: (school: School) => Promise<void>;
  /** What to do after the page has come, in either language. */
  readonly act?: (page: Page, language: Language, school: School) => Promise<void>;
  /** The browser says no to camera and microphone. */
  readonly deniesDevices?: boolean;
  /** The server does not answer this path. */
  readonly withoutAnswerTo?: string;
}

/** How many lists were read at the page of fresh links. */
let listed = 0;

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

const CLASS_LIST = `N°;Nom;Prénom;Classe;Courriel parent 1;Courriel parent 2
1;ROUX;Léa;6B;roux@college.example;pere.roux@college.example
2;KONÉ;Adam;6B;adam(at)college.example;
3;PASQUIER;Zoé;6B;;
4;Pasquier;Zoe;6B;zoe@college.example;
5;12345;;6B;;
Effectif : 4`;

/** A list pasted on a meeting's page, up to what was understood of it. */
async function checkList(page: Page, list: string): Promise<void> {
  await press(page, "Read in a list", "Lire une liste");
  await page.locator("textarea").fill(list);
  await press(page, "Check the list", "Vérifier la liste");
  await page.getByRole("heading", { name: /understood|comprise/u }).waitFor();
}

async function openMore(page: Page, en: string, fr: string): Promise<void> {
  await press(page, "More for", "Plus d’actions");
  await page.getByRole("menuitem", { name: named(en, fr) }).click();
}

/** Into the room from its pre-join page. */
async function enter(page: Page): Promise<void> {
  await press(page, "Join now", "Entrer");
  await page
    .getByRole("button", { name: named("Leave", "Quitter") })
    .first()
    .waitFor();
  await page.getByText(/interrupted|interrompu/u).waitFor({ state: "detached" });
}

/** In and out again. */
async function leave(page: Page): Promise<void> {
  await enter(page);
  await press(page, "Leave", "Quitter");
  await page.getByRole("heading", { name: named("You have left", "Vous avez quitté") }).waitFor();
}

async function openPanel(page: Page, en: string, fr: string): Promise<void> {
  const tools = page.getByRole("contentinfo");
  const tool = tools.getByRole("button", { name: new RegExp(`^(${en}|${fr})$`, "u") });
  const more = tools.getByRole("button", { name: /^(More|Plus)$/u });
  // What a host alone has comes with the role, a moment after the rest.
  await tool.or(more).first().waitFor();
  if (await tool.isVisible()) return tool.click();
  await more.click();
  await page.getByRole("menuitem", { name: named(en, fr) }).click();
}

async function knock(page: Page): Promise<void> {
  await page.getByRole("textbox").fill("Inès B.");
  await press(page, "Join now", "Entrer");
  await page
    .getByText(/at the door|à la porte/u)
    .first()
    .waitFor();
}

/** What a host has open in the class of thirty, besides its panels. */
const IN_CLASS: readonly Place[] = Object.entries<(page: Page) => Promise<void>>({
  "class-door": async (page) => {
    await openPanel(page, "People", "Personnes");
    await page.getByRole("button", { name: /(More about|Plus d’actions).*Tom Morel/u }).click();
    await page.getByRole("button", { name: /(wrong name|mauvais nom)/u }).waitFor();
  },
  "class-rename": async (page) => {
    await openPanel(page, "People", "Personnes");
    await page.getByRole("button", { name: /(More about|Plus d’actions).*Adam Kone/u }).click();
    await page.getByRole("button", { name: named("Rename", "Renommer") }).click();
    await page.getByRole("dialog").waitFor();
  },
  "class-chat": (page) => openPanel(page, "Chat", "Messages"),
  "class-settings": (page) => openPanel(page, "Settings", "Réglages"),
  "class-keys": async (page) => {
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  "class-hand-over": async (page) => {
    await page.keyboard.press("Shift+G");
    await page.getByRole("dialog").waitFor();
  },
  "class-end": async (page) => {
    await page.keyboard.press("Shift+E");
    await page.getByRole("alertdialog").waitFor();
  },
}).map(([name, act]) => ({
  name,
  as: "teacher",
  path: (school) => school.rooms.class.path,
  act: async (page) => {
    await enter(page);
    // Told to hosts alone: keys for hosts work from now on.
    await page.getByRole("button", { name: /at the door|à la porte/u }).waitFor();
    await act(page);
  },
}));

/** The states of the safe room: the door, the class of thirty, what its host can do, and how it looks to a pupil. */
const SAFE_ROOM: readonly Place[] = [
  { name: "pre-join-invited", as: "guest", path: (school) => school.rooms.class.freshLink() },
  { name: "pre-join-passcode", as: "guest", path: (school) => school.passcodePath },
  { name: "at-door", as: "guest", path: (school) => school.meetingPath, act: knock },
  {
    name: "at-door-noted",
    as: "guest",
    path: (school) => school.meetingPath,
    act: async (page) => {
      await knock(page);
      await page.getByRole("textbox").fill("It is me, from my mother’s tablet");
      await page.keyboard.press("Enter");
      await page.getByText(/was sent to the host|envoyée à l’hôte/u).waitFor();
    },
  },
  {
    name: "at-door-second-device",
    as: "guest",
    path: (school) => school.rooms.class.freshLink(),
    act: async (page) => {
      const elsewhere = await page.context().browser()?.newContext();
      const first = await elsewhere?.newPage();
      await first?.goto(page.url());
      await first?.getByRole("button", { name: named("Join now", "Entrer") }).click();
      await first
        ?.getByRole("button", { name: named("Leave", "Quitter") })
        .first()
        .waitFor();
      await press(page, "Join now", "Entrer");
      await page.getByText(/first used on another device|d’abord servi sur un autre appareil/u).waitFor();
      await elsewhere?.close();
    },
  },
  {
    name: "class-people",
    as: "teacher",
    path: (school) => school.rooms.class.path,
    act: async (page) => {
      await enter(page);
      await openPanel(page, "People", "Personnes");
      await page.getByRole("region", { name: /Waiting room|Salle d’attente/u }).waitFor();
    },
  },
  {
    name: "class-security",
    as: "teacher",
    path: (school) => school.rooms.class.path,
    act: async (page) => {
      await enter(page);
      await openPanel(page, "Security", "Sécurité");
      await page.getByRole("button", { name: named("Freeze", "Tout figer") }).waitFor();
    },
  },
  {
    name: "class-person",
    as: "teacher",
    path: (school) => school.rooms.class.path,
    act: async (page) => {
      await enter(page);
      await openPanel(page, "People", "Personnes");
      await page.getByRole("button", { name: /(More about|Plus d’actions).*Adam Kone/u }).click();
      await page.getByRole("button", { name: named("Remove", "Exclure") }).waitFor();
    },
  },
  ...IN_CLASS,
  {
    name: "left",
    as: "guest",
    path: (school) => school.rooms.class.freshLink(),
    act: leave,
  },
  {
    name: "left-report",
    as: "guest",
    path: (school) => school.rooms.class.freshLink(),
    act: async (page) => {
      await leave(page);
      await press(page, "Report something", "Faire un signalement");
      await page.getByRole("radio").first().waitFor();
    },
  },
  {
    name: "report",
    as: "guest",
    path: (school) => school.rooms.class.freshLink(),
    act: async (page) => {
      await enter(page);
      await press(page, "Report", "Signaler");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "frozen",
    as: "guest",
    before: async ({ rooms }) => {
      await rooms.frozen.act({ type: "thaw" });
      await rooms.frozen.act({ type: "unlock" });
    },
    path: (school) => school.rooms.frozen.freshLink(),
    act: async (page, _, { rooms }) => {
      await enter(page);
      await rooms.frozen.act({ type: "freeze" });
      await page
        .getByText(/room is frozen|salle est figée/u)
        .first()
        .waitFor();
    },
  },
  {
    name: "paused",
    as: "guest",
    path: (school) => school.rooms.unsupervised.freshLink(),
    act: async (page) => {
      await enter(page);
      await page
        .getByText(/No host is here|Aucun hôte n’est là/u)
        .first()
        .waitFor();
    },
  },
  { name: "meeting", as: "teacher", path: (school) => school.settingsPath },
  {
    name: "meeting-fresh-links",
    as: "teacher",
    path: (school) => school.settingsPath,
    act: async (page) => {
      // Who has a link already gets no second one, so others come with each visit.
      listed += 1;
      const initial = String.fromCodePoint(64 + listed);
      await checkList(page, `Tom Morel ${initial}; tom@college.example\nZoé Pasquier ${initial}`);
      await page.getByRole("button", { name: /^(Make|Créer) \d/u }).click();
      await page
        .getByText(/once|maintenant/u)
        .first()
        .waitFor();
      await page.getByRole("button", { name: named("Copy all", "Tout copier") }).waitFor();
    },
  },
  {
    name: "meeting-list",
    as: "teacher",
    path: (school) => school.settingsPath,
    act: async (page) => {
      await checkList(page, CLASS_LIST);
      await page.locator("summary").click();
    },
  },
  {
    name: "copy-invitation",
    as: "teacher",
    path: () => "/",
    act: async (page) => {
      await press(page, "Copy invitation: Parents of 6B", "Copier l’invitation : Parents of 6B");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "meeting-audit",
    as: "teacher",
    path: (school) => school.settingsPath,
    act: async (page) => {
      await press(page, "Show", "Afficher");
      await page.locator("td").first().waitFor();
    },
  },
  { name: "meeting-none", as: "teacher", path: () => "/meetings/none" },
  {
    name: "new-meeting-kinds",
    as: "teacher",
    path: () => "/",
    act: async (page) => {
      await press(page, "Other kinds", "Autres genres");
      await page.getByRole("menu").waitFor();
    },
  },
  { name: "organization", as: "teacher", path: () => "/organization" },
  { name: "organization-forbidden", as: "newcomer", path: () => "/organization" },
  { name: "cases", as: "teacher", path: () => "/cases" },
  { name: "audit", as: "teacher", path: () => "/audit" },
  { name: "accounts", as: "teacher", path: () => "/accounts" },
  { name: "own-account", as: "teacher", path: () => "/account" },
  { name: "own-account-signed-out", as: "guest", path: () => "/account" },
  { name: "forgotten", as: "guest", path: () => "/forgotten" },
  { name: "case-outcome", as: "guest", path: (school) => school.casePath },
  { name: "case-none", as: "guest", path: () => "/case#none" },
];

export const PLACES: readonly Place[] = [
  ...SAFE_ROOM,
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
  { name: "sign-in-link-expired", as: "guest", path: () => "/sign-in#used-long-ago" },
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
  { name: "unreachable", as: "guest", withoutAnswerTo: "**/api/v1/visitor", path: () => "/" },
];
