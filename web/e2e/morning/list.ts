/** A class as its school keeps it, and what a printer makes of the links. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Page } from "playwright-core";

import { PUPILS as KNOWN } from "../pages/class.ts";

/** First and family name, without accents lost. */
export const PUPILS: readonly string[] = KNOWN.slice(0, 28);

function row(pupil: string, index: number): string {
  const [given = "", ...family] = pupil.split(" ");
  const address = index % 3 === 0 ? `eleve${index + 1}@college.example` : "";
  return `${family.join(" ").toLocaleUpperCase("fr")};${given};${address}`;
}

/** Out of a French spreadsheet: heads, capitals, a blank line in the middle, and one pupil twice. */
export const SPREADSHEET = [
  "Nom;Prénom;Courriel",
  ...PUPILS.slice(0, 14).map(row),
  "",
  ...PUPILS.slice(14).map((pupil, index) => row(pupil, index + 14)),
  row(PUPILS[4] ?? "", 4),
].join("\r\n");

/** How the list writes somebody, who is called like this on it. */
export function asListed(pupil: string): string {
  const [given = "", ...family] = pupil.split(" ");
  return `${given} ${family.join(" ").toLocaleUpperCase("fr")}`;
}

/** What a printer would get of the page, sheet by sheet, as text. */
export async function printed(page: Page): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "preau-printed-"));
  try {
    const session = await page.context().newCDPSession(page);
    const { data } = await session.send("Page.printToPDF", { paperWidth: 8.27, paperHeight: 11.69 });
    await session.detach();
    const file = join(folder, "list.pdf");
    writeFileSync(file, Buffer.from(data, "base64"));
    const text = execFileSync("pdftotext", ["-raw", file, "-"], { encoding: "utf8" });
    return text.split("\f").filter((sheet) => sheet.trim() !== "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whose link is which, as somebody would type it off the sheets: what stands under a name until the next one. */
export function linksOn(sheets: readonly string[], names: readonly string[]): Map<string, string> {
  const links = new Map<string, string>();
  for (const sheet of sheets) {
    let whose: string | null = null;
    for (const line of sheet.split("\n").map((one) => one.trim())) {
      const named = names.find((name) => name === line);
      if (named !== undefined) {
        if (links.has(named)) throw new Error(`${named} stands there twice`);
        whose = named;
        links.set(named, "");
      } else if (whose !== null && /^\S+$/u.test(line)) {
        links.set(whose, `${links.get(whose) ?? ""}${line}`);
      } else whose = null;
    }
  }
  return links;
}
