/** kill -9 of either server during a call: nobody reloads, nobody has to do anything. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Person } from "../drivers/browsers.ts";
import { allowed_ms } from "../kit/bars.ts";
import { Closing } from "../kit/closing.ts";
import { engineFromEnvironment } from "../kit/engines.ts";
import { startProduct, type Product } from "../kit/product.ts";
import { measured } from "../kit/report.ts";
import { until } from "../kit/until.ts";
import { face, invite, join, joinNow, linesRead, newMeeting, prepare, setUp, write } from "./acts.ts";

const SEEN_WITHIN_MS = 20_000;
const CONTROL_BACK_WITHIN_MS = allowed_ms(2_000);
const VIDEO_BACK_WITHIN_MS = allowed_ms(6_000);
/** The made-up tone is a beep with pauses; energy rises at least this often while sound arrives. */
const LONGEST_SILENCE_MS = 1_500;
const LISTEN_FOR_MS = 6_000;
const VIDEO_STEADY_LOOKS = 4;

const ADA = "Ada";
const BORIS = "Boris";

const engine = engineFromEnvironment();
const closing = new Closing();
let product: Product;
let ada: Person;
let boris: Person;
before(async () => {
  product = closing.add(await startProduct(engine), (one) => one.stop());
  ada = closing.add(await Person.open("chromium"), (one) => one.close());
  boris = closing.add(await Person.open("chromium"), (one) => one.close());
  await setUp(ada, product, ADA);
  const link = await newMeeting(ada);
  await prepare(ada, ADA);
  await joinNow(ada);
  await join(boris, await invite(ada, link, BORIS));
  await ada.until("Boris' picture", () => ada.probe("tile", face(BORIS)), SEEN_WITHIN_MS);
  await boris.until("Ada's picture", () => boris.probe("tile", face(ADA)), SEEN_WITHIN_MS);
  for (const person of [ada, boris]) await person.click("button", "Chat");
});
after(() => closing.run());

test("kill -9 of meet: the sound never drops, chat is back within two seconds", async () => {
  await write(ada, "line before");
  await boris.until(
    "the line before",
    async () => (await linesRead(boris, /line before/gu)).length > 0,
    SEEN_WITHIN_MS,
  );
  const loaded = await Promise.all([ada, boris].map(loadedAt));
  await ada.fill("Message", "line after");
  const listening = Promise.all([ada, boris].map((person) => longestSilence(person, LISTEN_FOR_MS)));
  product.kill("meet");
  const killed_ms = performance.now();
  await ada.press("Enter");
  await boris.until(
    "the line after",
    async () => (await linesRead(boris, /line after/gu)).length > 0,
    SEEN_WITHIN_MS,
    20,
  );
  const control_back_ms = performance.now() - killed_ms;
  const silences_ms = await listening;
  measured("kill-meet", { engine, control_back_ms, longest_silence_ms: Math.max(...silences_ms) });
  assert.ok(Math.max(...silences_ms) < LONGEST_SILENCE_MS, "sound goes on");
  assert.ok(control_back_ms < CONTROL_BACK_WITHIN_MS, "the control channel is back");
  assert.deepEqual(await linesRead(boris, /line (?:before|after)/gu), ["line before", "line after"]);
  assert.deepEqual(await Promise.all([ada, boris].map(loadedAt)), loaded, "no page was loaded again");
});

async function killMediaServer(): Promise<void> {
  const loaded = await Promise.all([ada, boris].map(loadedAt));
  product.kill("sfu");
  const killed_ms = performance.now();
  const back_ms = await Promise.all([
    videoBack(ada, face(BORIS), killed_ms),
    videoBack(boris, face(ADA), killed_ms),
  ]);
  const silences_ms = await Promise.all(
    [ada, boris].map((person) => longestSilence(person, LONGEST_SILENCE_MS * 2)),
  );
  measured("kill-sfu", { engine, video_back_ms: Math.max(...back_ms) });
  assert.ok(Math.max(...back_ms) < VIDEO_BACK_WITHIN_MS, "pictures move again");
  assert.ok(Math.max(...silences_ms) < LONGEST_SILENCE_MS, "tones are heard again");
  assert.deepEqual(await Promise.all([ada, boris].map(loadedAt)), loaded, "no page was loaded again");
}

// LiveKit's own server is not ours to supervise: with it, there is no second kill to survive.
if (engine === "embedded") {
  test("kill -9 of the media server: pictures move again within six seconds", killMediaServer);
}

/** When this document was loaded: another value means that somebody reloaded it. */
function loadedAt(person: Person): Promise<number> {
  return person.probe("loadedAt");
}

/** The longest time within `for_ms` in which the energy of what this person hears did not rise. */
async function longestSilence(person: Person, for_ms: number): Promise<number> {
  const begun_ms = performance.now();
  let risen_ms = begun_ms;
  let energy = await person.probe("audioEnergy");
  let longest_ms = 0;
  await until(
    "listened long enough",
    async () => {
      const now = await person.probe("audioEnergy");
      const at_ms = performance.now();
      longest_ms = Math.max(longest_ms, at_ms - risen_ms);
      if (now > energy) {
        energy = now;
        risen_ms = at_ms;
      }
      return at_ms - begun_ms > for_ms;
    },
    { within_ms: for_ms * 2, every_ms: 50 },
  );
  return longest_ms;
}

/** Milliseconds from the kill until the tile's frames rise again after they had stood still. */
async function videoBack(person: Person, tile: string, killed_ms: number): Promise<number> {
  let frames = -1;
  let trackless = false;
  let rising = 0;
  let back_ms = 0;
  await person.until(
    `${tile} moves again`,
    async () => {
      const picture = await person.probe("tile", tile);
      const now = picture?.framesDecoded ?? -1;
      const moved = picture !== null && now !== frames;
      if (!moved) {
        trackless = true;
        rising = 0;
      } else if (trackless) {
        rising += 1;
        if (rising === 1) back_ms = performance.now() - killed_ms;
      }
      frames = now;
      return rising >= VIDEO_STEADY_LOOKS;
    },
    SEEN_WITHIN_MS,
    150,
  );
  return back_ms;
}
