/** A class list from what a school has to links on paper: seen before it counts, never doubled, by keyboard, in French. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Browser, Page } from "playwright-core";

import { Closing } from "../kit/closing.ts";
import type { Crowd } from "../kit/crowd.ts";
import { newMeetingOf } from "../kit/meetings.ts";
import { openContext, violationsOf } from "./browser.ts";
import { PLACES } from "./places.ts";
import { startSchoolWithHosts, type School } from "./school.ts";
import { visit } from "./visit.ts";

const closing = new Closing();
let browser: Browser;
let school: School;
let hosts: Crowd;
let folder: string;

before(async () => {
  ({ browser, school, hosts } = await startSchoolWithHosts(closing));
  folder = closing.add(mkdtempSync(join(tmpdir(), "lists-")), (made) => rmSync(made, { recursive: true }));
});
after(() => closing.run());

/** Nobody prints a call. */
const IN_ROOMS = /^(class-|report|frozen|paused)/u;

const LIST = `Nom;Prénom;Courriel
MARTIN;Léa;lea@x.example
PETIT;Tom;
KONÉ;Adam;adam(at)x.example
Martin;Lea;lea@x.example
12345;;
`;

async function openMeeting(title: string, width = 1280): Promise<Page> {
  const { id } = await newMeetingOf(hosts.ask, title, "class");
  const look = { signedInAs: school.teacher, language: "fr", width, height: 900 } as const;
  const context = closing.add(await openContext(browser, look), (opened) => opened.close());
  const page = await context.newPage();
  await page.goto(`${school.url}/meetings/${id}`);
  await page.getByRole("button", { name: "Lire une liste" }).click();
  return page;
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Liste des personnes" }).fill(text);
  await page.getByRole("button", { name: "Vérifier la liste" }).press("Enter");
  await page.getByRole("heading", { name: /comprise/u }).waitFor();
}

function rows(page: Page, heading: RegExp) {
  return page.getByRole("region", { name: heading }).getByRole("listitem");
}

async function isSound(page: Page): Promise<void> {
  assert.deepEqual(await violationsOf(page), []);
  const { scrollWidth, innerWidth } = await page.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
    innerWidth: window.innerWidth,
  }));
  assert.ok(scrollWidth <= innerWidth, "nothing stands beside the page");
}

/** What a printer would get, as text. */
async function printed(page: Page): Promise<string> {
  const file = join(folder, "printed.pdf");
  writeFileSync(file, await page.pdf({ format: "A4" }));
  return execFileSync("pdftotext", ["-raw", file, "-"], { encoding: "utf8" });
}

describe("a class list that is pasted", () => {
  for (const width of [1280, 320]) {
    it(`shows what was understood, what is doubtful and what was left out, at ${width}`, async () => {
      const page = await openMeeting(`6B ${width}`, width);
      await paste(page, LIST);
      const understood = page.getByRole("heading", { name: "4 personnes comprises" });
      assert.ok(await understood.evaluate((heading) => heading === document.activeElement));
      const doubtful = rows(page, /À regarder/u);
      await doubtful.filter({ hasText: "Adam KONÉ" }).getByText("L’adresse n’a pas pu être lue").waitFor();
      await doubtful.filter({ hasText: "Lea Martin" }).getByText("Le même nom qu’à la ligne 2").waitFor();
      const left = rows(page, /Laissé de côté/u);
      await left.getByText("ligne 6, champ 1").waitFor();
      await left.getByText("Ce n’est pas un nom").waitFor();
      await isSound(page);
    });
  }

  it("doubles nobody when it is pasted again, and says so", async () => {
    const page = await openMeeting("6B again");
    await paste(page, LIST);
    await page.getByRole("button", { name: "Créer 3 liens" }).press("Enter");
    await page.getByRole("heading", { name: "3 nouveaux liens" }).waitFor();
    await page.getByRole("button", { name: "Je les ai" }).click();
    await page.getByRole("button", { name: "Lire une liste" }).click();
    await paste(page, LIST.replace("PETIT;Tom;", "PETIT;Tom;tom@x.example"));
    await rows(page, /À regarder/u)
      .filter({ hasText: "Léa MARTIN" })
      .getByText("A déjà un lien.")
      .waitFor();
    await page.getByRole("button", { name: "Appliquer" }).press("Enter");
    await page.getByText("Aucun nouveau lien, 1 mis à jour").waitFor();
    await page.getByText("tom@x.example").waitFor();
    await page.getByRole("heading", { name: "3 personnes", exact: true }).waitFor();
    await isSound(page);
  });

  it("can be read with first and family names the other way round", async () => {
    const page = await openMeeting("6B round");
    await paste(page, "Léa,Martin\nTom,Petit\n");
    await page.getByText("Martin Léa").waitFor();
    await page.getByRole("button", { name: "Échanger prénoms et noms" }).press("Enter");
    await page.getByText("Léa Martin").waitFor();
  });

  it("can make two of one name when they are two", async () => {
    const page = await openMeeting("6B twins");
    await paste(page, "Léa Martin\nLéa Martin\n");
    await page
      .getByRole("combobox", { name: "Que faire de Léa Martin, ligne 2" })
      .selectOption({ label: "Une autre personne du même nom : créer un lien" });
    await page.getByRole("button", { name: "Créer 2 liens" }).click();
    await page.getByRole("heading", { name: "2 nouveaux liens" }).waitFor();
  });
});

describe("a friend let into a closed class", () => {
  it("takes two presses and a name, and the copied link opens the door", async () => {
    const { id } = await newMeetingOf(hosts.ask, "6B visit", "class");
    const look = { signedInAs: school.teacher, language: "fr" } as const;
    const context = closing.add(await openContext(browser, look), (opened) => opened.close());
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: school.url });
    const page = await context.newPage();
    await page.goto(`${school.url}/meetings/${id}`);
    await page.getByRole("button", { name: "Copier l’invitation" }).press("Enter");
    await page.getByRole("dialog").getByRole("textbox", { name: "Nom" }).fill("Inès Benali");
    await page.keyboard.press("Enter");
    await page.getByText("Ce lien laisse entrer Inès Benali").waitFor();
    assert.deepEqual(await violationsOf(page), []);
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    // The space before the colon does not break, as French has it.
    assert.match(copied, /^6B visit\nRejoignez-nous ici\s: http/u);
    const guest = closing.add(await openContext(browser, { language: "fr" }), (opened) => opened.close());
    const door = await guest.newPage();
    await door.goto(/http\S+/u.exec(copied)?.[0] ?? "");
    await door.getByText("Inès Benali").first().waitFor();
  });
});

describe("a meeting", () => {
  it("is named when it is made, and without a name a class is called a class", async () => {
    const look = { signedInAs: school.newcomer, language: "fr" } as const;
    const context = closing.add(await openContext(browser, look), (opened) => opened.close());
    const page = await context.newPage();
    for (const name of ["Histoire 6B", ""]) {
      await page.goto(`${school.url}/`);
      await page.getByRole("textbox", { name: "Nom ou sujet" }).fill(name);
      await page.getByRole("button", { name: "Nouvelle réunion", exact: true }).click();
      await page.waitForURL(/\/m\//u);
    }
    await page.goto(`${school.url}/`);
    await page.getByRole("heading", { name: "Histoire 6B" }).waitFor();
    await page.getByRole("heading", { name: /^Cours du / }).waitFor();
    assert.equal(await page.getByText("Classe", { exact: true }).count(), 2);
  });
});

describe("a class list from a file", () => {
  it("is read with its letters, and what is no list is refused in words", async () => {
    const page = await openMeeting("6B file");
    const file = page.locator("input[type=file]");
    await file.setInputFiles({
      name: "photo.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7"),
    });
    await page.getByText("Enregistrez-le en XLSX, ODS ou CSV").waitFor();
    const list = Buffer.from("Nom;Prénom\r\nLefèvre;Zoé\r\n", "latin1");
    await file.setInputFiles({ name: "6B.csv", mimeType: "text/csv", buffer: list });
    await page.getByText("Zoé Lefèvre").waitFor();
    await page.getByText("ne dit pas comment ses lettres sont écrites").waitFor();
    await isSound(page);
  });
});

describe("paper", () => {
  it("has every link that was just made, whole, and nothing else", async () => {
    const page = await openMeeting("6B paper");
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const names = Array.from({ length: 30 }, (_, index) => {
      return `Élève ${letters.charAt(index % 26).toUpperCase()}${letters.charAt(25 - (index % 7))}${letters.charAt(index / 26)}`;
    });
    await paste(page, names.join("\n"));
    await page.getByRole("button", { name: "Créer 30 liens" }).click();
    await page.getByRole("heading", { name: "30 nouveaux liens" }).waitFor();
    const links = await page.locator("code").allTextContents();
    assert.equal(links.length, 30);
    const text = await printed(page);
    const unbroken = text.replaceAll(/\s+/gu, "");
    assert.match(text, /6B paper/u);
    for (const [index, name] of names.entries()) {
      assert.ok(text.includes(name), `${name} is on the paper`);
      assert.ok(unbroken.includes(links[index]?.replaceAll(/\s+/gu, "") ?? "?"), `the link of ${name} too`);
    }
    assert.doesNotMatch(text, /Lire une liste|Je les ai|Règles/u);
    // No name at the foot of a page whose link stands on the next.
    for (const sheet of text.split("\f").filter((one) => one.trim() !== "")) {
      assert.equal(sheet.match(/Élève/gu)?.length ?? 0, sheet.match(/https?:/gu)?.length ?? 0);
    }
  });

  for (const place of PLACES.filter(({ name }) => !IN_ROOMS.test(name))) {
    it(`has what the page says: ${place.name}`, async () => {
      const { context, page } = await visit(browser, school, place);
      const title = (await page.locator("h1").first().innerText()).replaceAll(/\s+/gu, "");
      const text = (await printed(page)).replaceAll(/\s+/gu, "");
      assert.ok(text.includes(title), `“${title}” in ${text.slice(0, 200)}`);
      await context.close();
    });
  }
});
