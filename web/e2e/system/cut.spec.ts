/** The line is cut for half a minute: nothing arrives and nobody is told. Nobody reloads, knocks or presses anything. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Person } from "../drivers/browsers.ts";
import { allowed_ms } from "../kit/bars.ts";
import { Closing } from "../kit/closing.ts";
import { engineFromEnvironment } from "../kit/engines.ts";
import { cutLine } from "../kit/line.ts";
import { startProduct, type Product } from "../kit/product.ts";
import { measured } from "../kit/report.ts";
import {
  face,
  invite,
  isPressed,
  join,
  joinNow,
  linesRead,
  newMeeting,
  prepare,
  setUp,
  write,
} from "./acts.ts";

const SEEN_WITHIN_MS = 20_000;
const CUT_MS = 30_000;
const TOLD_WITHIN_MS = CUT_MS;
const BACK_WITHIN_MS = allowed_ms(10_000);

const ADA = "Ada";
const BORIS = "Boris";

const engine = engineFromEnvironment();
const closing = new Closing();
let product: Product;
let ada: Person;
let boris: Person;
// Of LiveKit's own server the ports are not known here; what is shown is Préau's.
const isOurs = engine === "embedded";
before(async () => {
  if (!isOurs) return;
  product = closing.add(await startProduct(engine), (one) => one.stop());
  ada = closing.add(await Person.open("chromium"), (one) => one.close());
  boris = closing.add(await Person.open("firefox"), (one) => one.close());
  await setUp(ada, product, ADA);
  const link = await newMeeting(ada);
  await prepare(ada, ADA);
  await joinNow(ada);
  await join(boris, await invite(ada, link, BORIS));
  await ada.until("Boris' picture", () => ada.probe("tile", face(BORIS)), SEEN_WITHIN_MS);
  await boris.until("Ada's picture", () => boris.probe("tile", face(ADA)), SEEN_WITHIN_MS);
  await boris.click("button", "Raise hand");
  for (const person of [ada, boris]) await person.click("button", "Chat");
});
after(() => closing.run());

async function thirtySecondsWithoutALine(): Promise<void> {
  const loaded = await Promise.all([ada, boris].map((person) => person.probe("loadedAt")));
  const mend = closing.add(cutLine(product.ports), (one) => Promise.resolve(one()));
  const cut_ms = performance.now();
  await Promise.all(
    [ada, boris].map((person) =>
      person.until(
        "the page says so",
        async () => /interrupted|connect/iu.test(await person.text()),
        TOLD_WITHIN_MS,
      ),
    ),
  );
  const told_ms = performance.now() - cut_ms;
  await new Promise((resolve) => setTimeout(resolve, CUT_MS - told_ms));
  mend();
  const mended_ms = performance.now();
  await write(boris, "line after");
  await ada.until(
    "the line after",
    async () => (await linesRead(ada, /line after/gu)).length > 0,
    SEEN_WITHIN_MS,
  );
  const control_back_ms = performance.now() - mended_ms;
  await Promise.all([moves(ada, face(BORIS)), moves(boris, face(ADA))]);
  const pictures_back_ms = performance.now() - mended_ms;
  measured("cut", { engine, told_ms, control_back_ms, pictures_back_ms });
  assert.ok(await isPressed(boris, "Raise hand"), "the hand is up");
  for (const device of ["Microphone", "Camera"]) assert.ok(await isPressed(boris, device), `${device} is on`);
  assert.ok(!(await ada.text()).includes("at the door"), "nobody had to knock");
  const now = await Promise.all([ada, boris].map((person) => person.probe("loadedAt")));
  assert.deepEqual(now, loaded, "no page was loaded again");
  assert.ok(Math.max(control_back_ms, pictures_back_ms) < BACK_WITHIN_MS, "back at once");
}

/** Waits until the tile's frames rise. */
async function moves(person: Person, tile: string): Promise<void> {
  const frames = async () => (await person.probe("tile", tile))?.framesDecoded ?? null;
  let before = await frames();
  await person.until(
    `${tile} moves`,
    async () => {
      const now = await frames();
      const has_moved = now !== null && before !== null && now > before;
      before = now;
      return has_moved;
    },
    SEEN_WITHIN_MS * 2,
    100,
  );
}

if (isOurs) {
  test(
    "thirty seconds without a line: the same people, hands and devices, and moving pictures",
    thirtySecondsWithoutALine,
  );
}
