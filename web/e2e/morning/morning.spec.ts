/** The first morning of a school, in French, from the line in the terminal to the end of class; no document is opened. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { launch } from "../pages/browser.ts";
import { startPlatform, type Platform } from "../pages/server.ts";
import { asListed, linksOn, printed, PUPILS, SPREADSHEET } from "./list.ts";
import { Person } from "./person.ts";

const PASSWORD = "craie ardoise marronnier";
const SCHOOL = "Collège Jean-Moulin";
const CLASS = "Histoire 6e B";

const closing = new Closing();
/** What is wrong, by station; asserted at the end, so that one fault does not hide what follows. */
const findings: Record<string, readonly string[]> = {};
let platform: Platform;
let browser: Browser;
let director: Person;
let teacher: Person;
let links: Map<string, string>;

before(async () => {
  platform = closing.add(await startPlatform(), (one) => one.stop());
  browser = closing.add(await launch({ sharesScreens: true }), (one) => one.close());
});
after(() => closing.run());

test("the link in the terminal makes the administrator, and a password that is guessed is refused in words", async () => {
  director = await Person.arrive(browser, closing, "administrator", platform.url);
  await director.open(platform.setupLink);
  await director.write("Votre nom", "Hélène Marchand");
  await director.write("Adresse électronique", "direction@college.example");
  await director.write("Nouveau mot de passe", "12345678");
  await director.press("button", "Configurer");
  await director.page.getByText(/celui-ci est connu de ceux qui devinent/u).waitFor();
  await director.station("01 password refused", findings);
  await director.write("Nouveau mot de passe", PASSWORD);
  await director.press("button", "Configurer");
  await director.heading(/^Bon(jour|soir), Hélène$/u).waitFor();
  await director.station("02 set up", findings);
});

test("the school gets its name", async () => {
  await director.press("button", "Compte : Hélène Marchand");
  await director.station("03 account menu", findings);
  await director.press("menuitem", "Établissement");
  await director.write("Nom de l’établissement", SCHOOL);
  await director.press("button", "Enregistrer");
  await director.page.getByText("Enregistré.").waitFor();
  await director.station("04 school", findings);
});

test("the administrator invites the teacher, who chooses a password", async () => {
  await director.press("button", "Compte : Hélène Marchand");
  await director.press("menuitem", "Comptes");
  await director.write("Nom", "Claire Martin");
  await director.write("Adresse électronique", "claire@college.example");
  await director.press("button", "Créer le compte");
  await director.heading("Le lien pour Claire Martin").waitFor();
  await director.press("button", "Copier le lien");
  await director.find("button", "Copié").waitFor();
  await director.station("05 teacher invited", findings);

  const link = await director.copied();
  teacher = await Person.arrive(browser, closing, "teacher", platform.url);
  await teacher.open(link);
  await teacher.station("06 teacher welcomed", findings);
  await teacher.write("Nouveau mot de passe", PASSWORD);
  await teacher.press("button", "Se connecter");
  await teacher.heading(/^Bon(jour|soir), Claire$/u).waitFor();
  await teacher.station("07 teacher home", findings);
});

test("the teacher makes a class with a name, and finds where its list goes", async () => {
  await teacher.write("Nom ou sujet (facultatif)", CLASS);
  await teacher.press("button", "Nouvelle réunion");
  await teacher.heading(CLASS).waitFor();
  await teacher.station("08 class made", findings);
  await teacher.press("link", "Préau");
  await teacher.press("button", `Plus d’actions : ${CLASS}`);
  await teacher.press("menuitem", "Personnes et règles");
  await teacher.heading("Liens personnels").waitFor();
  await teacher.station("09 class page", findings);
});

test("a spreadsheet's list is understood, its double shown, and 28 links made", async () => {
  await teacher.press("button", "Lire une liste");
  await teacher.write("Liste des personnes", SPREADSHEET);
  await teacher.press("button", "Vérifier la liste");
  await teacher.heading("29 personnes comprises").waitFor();
  await teacher.station("10 list understood", findings);
  await teacher.press("button", "Créer 28 liens");
  await teacher.heading("28 nouveaux liens").waitFor();
  await teacher.station("11 links made", findings);
});

test("the printed list has every name with its link, none cut at the end of a sheet", async () => {
  const sheets = await printed(teacher.page);
  assert.ok(sheets.some((sheet) => sheet.includes(CLASS)));
  links = linksOn(sheets, PUPILS.map(asListed));
  assert.deepEqual([...links.keys()].sort(), PUPILS.map(asListed).sort());
  const shown = await teacher.page.locator("code").allTextContents();
  assert.deepEqual([...links.values()].sort(), shown.sort());
  assert.equal(new Set(links.values()).size, PUPILS.length);
});

test("nothing was found at any station, and every page was quiet", async () => {
  for (const person of [director, teacher]) await person.wasQuiet();
  assert.deepEqual(findings, {});
});
