/** A class in its room, and three people at its door: channels without media, as many as a picture needs. */

import type { Browser } from "playwright-core";

import type { Closing } from "../kit/closing.ts";
import { Crowd } from "../kit/crowd.ts";
import { inviteAll, type Ask, type KnownMeeting } from "../kit/meetings.ts";
import { openContext } from "./browser.ts";

export const PUPILS = [
  "Adam Kone",
  "Inès Benali",
  "Léa Roux",
  "Noé Diaz",
  "Sarah Tran",
  "Malo Petit",
  "Jade Vidal",
  "Yanis Chaouch",
  "Louise Garnier",
  "Hugo Lefèvre",
  "Camille Dubois",
  "Nathan Moreau",
  "Emma Fontaine",
  "Ibrahim Diallo",
  "Chloé Marchand",
  "Lucas Rey",
  "Zoé Pasquier",
  "Théo Blanc",
  "Anaïs Colin",
  "Rayan Haddad",
  "Manon Girard",
  "Enzo Ferrari",
  "Alice Perrot",
  "Samuel Weiss",
  "Lina Boukhari",
  "Gabriel Caron",
  "Rose Delmas",
  "Maxence Olivier",
  "Eva Lombard",
] as const;

const STRANGERS = ["Ines Benali", "prof remplaçant", "Tom Morel"] as const;

/** A page at the platform from which people sit down; a guest's unless it is signed in. */
export async function openCrowd(
  browser: Browser,
  url: string,
  closing: Closing,
  signedInAs?: Parameters<typeof openContext>[1],
): Promise<Crowd> {
  const context = await openContext(browser, signedInAs);
  const page = await context.newPage();
  await page.goto(`${url}/no/such/page`);
  await page.locator("h1").waitFor();
  return closing.add(new Crowd(page), (one) => one.close());
}

/** Sits the class down; answers the crowd and the seat of one pupil. */
export async function seatClass(
  browser: Browser,
  url: string,
  closing: Closing,
  ask: Ask,
  lesson: KnownMeeting,
): Promise<{ pupils: Crowd; seat: number }> {
  const pupils = await openCrowd(browser, url, closing);
  const links = await inviteAll(ask, lesson.id, PUPILS);
  for (const [index, name] of PUPILS.entries()) await pupils.seat(lesson.code, name, links[index] ?? null);
  await pupils.say(3, { type: "raise-hand" });
  await pupils.say(9, { type: "raise-hand" });
  for (const name of STRANGERS) {
    // A browser of their own each: the door counts knocks by browser.
    const stranger = await openCrowd(browser, url, closing);
    const { seat } = await stranger.seat(lesson.code, name, null);
    if (name === "Ines Benali") {
      await stranger.say(seat, { type: "leave-note", text: "It is me, from my mother’s tablet" });
    }
  }
  return { pupils, seat: 0 };
}
