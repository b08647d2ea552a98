/** The first morning of a school, in French, from the line in the terminal to the end of class; no document is opened. */

import assert from "node:assert/strict";
import { after, before, test as testAlone } from "node:test";

import type { Browser } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import { launch } from "../pages/browser.ts";
import { openCrowd } from "../pages/class.ts";
import { startPlatform, type Platform } from "../pages/server.ts";
import { asListed, linksOn, printed, PUPILS, SPREADSHEET } from "./list.ts";
import { Person } from "./person.ts";

const PASSWORD = "craie ardoise marronnier";
const SCHOOL = "Collège Jean-Moulin";
const CLASS = "Histoire 6e B";
const [ADAM = "", INES = ""] = PUPILS.map(asListed);
const GUEST = "Monsieur Petit, remplaçant";

const closing = new Closing();
/** What is wrong, by station; asserted at the end, so that one fault does not hide what follows. */
const findings: Record<string, readonly string[]> = {};
let platform: Platform;
let browser: Browser;
let director: Person;
let teacher: Person;
let adam: Person;
let ines: Person;
let guest: Person;
let links: Map<string, string>;
let openLink: string;

before(async () => {
  platform = closing.add(await startPlatform(), (one) => one.stop());
  browser = closing.add(await launch({ sharesScreens: true }), (one) => one.close());
});
after(() => closing.run());

let isBroken = false;

/** A step of the morning; after one that failed, the steps that stand on it are not tried. */
function test(name: string, step: () => Promise<void>): void {
  testAlone(name, async () => {
    assert.ok(!isBroken, "a step before this one failed");
    isBroken = true;
    await step();
    isBroken = false;
  });
}

/** How somebody's microphone is shown to whoever has the list open. */
async function microphoneOf(person: Person, whose: string, words: string): Promise<void> {
  const row = person.page
    .getByRole("listitem")
    .filter({ has: person.find("button", `Plus d’actions : ${whose}`) });
  await row.getByText(words, { exact: true }).waitFor({ state: "attached" });
}

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
  await director.press("link", "Nommer l’établissement");
  await director.write("Nom de l’établissement (facultatif)", SCHOOL);
  await director.press("button", "Enregistrer");
  await director.page.getByText("Enregistré.").waitFor();
  await director.station("03 school", findings);
});

test("the administrator invites the teacher, who chooses a password", async () => {
  await director.press("button", "Compte : Hélène Marchand");
  await director.station("04 account menu", findings);
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
  await teacher.press("link", "Personnes et règles");
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

test("a look at another page does not lose the links, which nobody can show again", async () => {
  await teacher.press("link", "Préau");
  await teacher.heading(CLASS).waitFor();
  await teacher.station("11b class among the meetings", findings);
  await teacher.press("link", `Personnes et règles : ${CLASS}`);
  await teacher.heading("28 nouveaux liens").waitFor();
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

test("the teacher lets people knock for once, and starts the class with picture and voice", async () => {
  await teacher.press("button", "Je les ai");
  await teacher.touch(teacher.find("radiogroup", "Lien ouvert").getByText("Peut frapper", { exact: true }));
  await teacher.press("button", "Copier le lien");
  await teacher.find("button", "Copié").waitFor();
  openLink = await teacher.copied();
  await teacher.press("link", "Commencer");
  await teacher.press("button", "Micro");
  await teacher.press("button", "Caméra");
  await teacher.page
    .getByText("Votre micro fonctionne.")
    .or(teacher.page.getByText(/la barre doit bouger/u))
    .first()
    .waitFor();
  await teacher.station("12 before the class", findings);
  await teacher.press("button", "Entrer");
  await teacher.find("button", "Quitter").waitFor();
  await teacher.station("13 alone in the class", findings);
});

test("a pupil comes on a phone by the link on the paper, and learns what is off and why", async () => {
  adam = await Person.arrive(browser, closing, ADAM, platform.url, {
    width: 390,
    height: 844,
    isPhone: true,
  });
  await adam.open(links.get(ADAM) ?? "");
  await adam.page.getByText(ADAM, { exact: true }).first().waitFor();
  await adam.station("14 pupil before the class", findings);
  await adam.press("button", "Entrer");
  await adam.find("button", "Quitter").waitFor();
  await adam.find("figure", "Claire Martin").waitFor();
  await adam.station("15 pupil in the class", findings);
});

test("another comes on the smallest phone", async () => {
  ines = await Person.arrive(browser, closing, INES, platform.url, {
    width: 320,
    height: 640,
    isPhone: true,
  });
  await ines.open(links.get(INES) ?? "");
  await ines.press("button", "Entrer");
  await ines.find("button", "Quitter").waitFor();
  await ines.station("16 pupil on the smallest phone", findings);
});

test("the others come by their own links, and the teacher sees all 28", async () => {
  const code = new URL(openLink).pathname.split("/").at(-1) ?? "";
  const others = await openCrowd(browser, platform.url, closing);
  for (const name of PUPILS.map(asListed).filter((one) => ![ADAM, INES].includes(one))) {
    const { seat, came } = await others.seat(code, name, links.get(name) ?? null);
    assert.equal(came, "admitted", name);
    await others.enterMedia(seat);
  }
  await teacher.press("button", "Personnes");
  await teacher.heading("Personnes (29)").waitFor();
  const shown = await teacher.page.locator("[data-person]").count();
  assert.equal(shown, 29);
  await teacher.station("17 everybody is there", findings);
  await teacher.press("button", "Personnes");
});

test("who has no personal link knocks, waits, and is let in", async () => {
  guest = await Person.arrive(browser, closing, GUEST, platform.url);
  await guest.open(openLink);
  await guest.write("Votre nom", GUEST);
  await guest.station("18 guest before the door", findings);
  await guest.press("button", "Entrer");
  await guest.heading("Vous êtes à la porte").waitFor();
  await guest.station("19 guest at the door", findings);
  await teacher.press("button", "1 à la porte");
  const door = teacher.find("region", "Salle d’attente");
  await door.getByText(GUEST).first().waitFor();
  await teacher.station("20 somebody at the door", findings);
  await teacher.press("button", /^Laisser entrer/u, door);
  await guest.find("button", "Quitter").waitFor();
  await guest.station("21 guest in the class", findings);
  await guest.press("button", "Quitter");
  await guest.heading("Vous avez quitté la salle").waitFor();
  await guest.station("22 guest has left", findings);
});

test("a pupil asks for the floor, gets it, speaks, and gives it back", async () => {
  await adam.press("button", "Plus");
  await adam.station("23 more, on a phone", findings);
  await adam.press("menuitem", "Lever la main");
  await teacher.heading("Mains levées (1)").waitFor();
  await teacher.press("button", `Plus d’actions : ${ADAM}`);
  await teacher.station("24 hand raised", findings);
  await teacher.press("button", "Inviter à parler");
  await adam.page.getByText("Claire Martin vous invite à parler.").first().waitFor();
  await adam.station("25 asked to speak", findings);
  await adam.press("button", "Ouvrir mon micro");
  await microphoneOf(teacher, ADAM, "Micro ouvert");
  await adam.station("26 speaking", findings);
  await teacher.press("button", /^Couper le micro/u);
  await adam.page.getByText("Un hôte a coupé votre micro.").waitFor();
  await adam.station("27 muted", findings);
  await teacher.press("button", /^Baisser la main/u);
  await teacher.heading("Mains levées (1)").waitFor({ state: "detached" });
});

test("the chat goes both ways", async () => {
  await teacher.press("button", "Messages");
  await teacher.write("Message", "Prenez le manuel page 42, s’il vous plaît.");
  await teacher.press("button", "Envoyer");
  await adam.press("button", "Messages");
  await adam.page.getByText("Prenez le manuel page 42").first().waitFor();
  await adam.write("Message", "Je n’ai pas le livre, je peux partager avec Léa ?");
  await adam.press("button", "Envoyer");
  await teacher.page.getByText("je peux partager avec Léa").first().waitFor();
  await teacher.station("28 chat", findings);
  await adam.station("29 chat on a phone", findings);
  await adam.press("button", "Fermer", adam.find("region", "Messages"));
});

test("the teacher shows a screen, and everybody sees it", async () => {
  await teacher.press("button", "Partager l’écran");
  await adam.find("figure", "Écran de Claire Martin").waitFor();
  await teacher.station("30 screen shared", findings);
  await adam.station("31 screen on a phone", findings);
  await teacher.press("button", "Partager l’écran");
});

test("who disturbs is muted, sent out, and cannot come back", async () => {
  await teacher.press("button", "Personnes");
  await teacher.press("button", `Plus d’actions : ${INES}`);
  await teacher.press("button", "Inviter à parler");
  await ines.press("button", "Ouvrir mon micro");
  await microphoneOf(teacher, INES, "Micro ouvert");
  await teacher.press("button", /^Couper le micro/u);
  await ines.page.getByText("Un hôte a coupé votre micro.").waitFor();
  await teacher.press("button", /^Exclure/u);
  await ines.heading("On vous a fait sortir de la salle").waitFor();
  await ines.station("32 sent out", findings);
  await teacher.station("33 the teacher has sent somebody out", findings);
  await ines.press("button", "Demander à revenir");
  await ines.press("button", "Entrer");
  await ines.heading("Vous êtes à la porte").waitFor();
  const door = teacher.find("region", "Salle d’attente");
  await door.getByText("A déjà été exclu").waitFor();
  await teacher.press("button", `Plus d’actions : ${INES}`, door);
  await teacher.station("34 back at the door", findings);
  await teacher.press("button", /^Bannir/u, door);
  await teacher.station("35 banning asks", findings);
  await teacher.press("button", "Bannir", teacher.page.getByRole("alertdialog"));
  await ines.heading("Vous ne pouvez plus entrer dans cette salle").waitFor();
  await ines.station("36 banned", findings);
  // Away and back: what stands behind # alone would not load the page anew.
  await ines.page.goto("about:blank");
  await ines.open(links.get(INES) ?? "");
  await ines.heading("Ce lien ne mène à aucune réunion").waitFor();
});

test("a phone that loads the page again is back at its seat, with its hand up", async () => {
  await adam.press("button", "Plus");
  await adam.press("menuitem", "Lever la main");
  await teacher.heading("Mains levées (1)").waitFor();
  await adam.page.reload();
  await adam.find("button", "Quitter").waitFor();
  await adam.find("figure", "Claire Martin").locator("video").waitFor();
  await teacher.heading("Mains levées (1)").waitFor();
  await teacher.heading("Personnes (28)").waitFor();
  await adam.station("37 back after a reload", findings);
});

test("leaving asks the teacher, and ending takes everybody out", async () => {
  await teacher.press("button", "Quitter");
  const question = teacher.page.getByRole("alertdialog");
  await question.waitFor();
  await teacher.station("38 leaving asks", findings);
  await teacher.press("button", "Terminer pour tous", question);
  await teacher.heading("La réunion est terminée").waitFor();
  await adam.heading("La réunion est terminée").waitFor();
  await teacher.station("39 over", findings);
  await adam.station("40 over, on a phone", findings);
});

test("the teacher reads the class, and the administrator the morning, in words", async () => {
  await teacher.press("link", "Accueil");
  await teacher.press("link", `Personnes et règles : ${CLASS}`);
  await teacher.press("button", "Afficher");
  for (const words of ["Micro coupé", "Personne sortie", "Personne bannie", "Réunion terminée pour tous"]) {
    await teacher.page.getByText(words, { exact: true }).first().waitFor();
  }
  await teacher.station("41 what was done in the class", findings);
  await director.press("button", "Compte : Hélène Marchand");
  await director.press("menuitem", "Ce qui a été fait");
  for (const words of ["Configuration du serveur", "Organisation modifiée", "Compte créé"]) {
    await director.page.getByText(words, { exact: true }).first().waitFor();
  }
  await director.station("42 what was done that morning", findings);
});

test("nothing was found at any station, and every page was quiet", async () => {
  for (const person of [director, teacher, adam, ines, guest]) await person.wasQuiet();
  assert.deepEqual(findings, {});
});
