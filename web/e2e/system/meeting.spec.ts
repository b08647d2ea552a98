/** A call of three real browsers through `preau serve`, on the engine that PREAU_TEST_ENGINE names. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Person } from "../drivers/browsers.ts";
import { allowed_ms } from "../kit/bars.ts";
import { Closing } from "../kit/closing.ts";
import { engineFromEnvironment } from "../kit/engines.ts";
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
  screen,
  setUp,
  write,
} from "./acts.ts";
import { watch } from "./watch.ts";

const SEEN_WITHIN_MS = 20_000;
const WATCHED_FOR_MS = 10_000;
const LONGEST_STILL_MS = allowed_ms(2_000);
const MUTE_SEEN_WITHIN_MS = allowed_ms(1_000);
const GONE_WITHIN_MS = allowed_ms(2_000);
const LINES_EACH = 3;

const ADA = "Ada";
const BORIS = "Boris";
const CHLOE = "Chloé";

const engine = engineFromEnvironment();
const closing = new Closing();
let product: Product;
let ada: Person;
let boris: Person;
let chloe: Person;
const people = (): [string, Person][] => [
  [ADA, ada],
  [BORIS, boris],
  [CHLOE, chloe],
];
const others = (name: string): [string, Person][] => people().filter(([one]) => one !== name);

before(async () => {
  product = closing.add(await startProduct(engine), (one) => one.stop());
  ada = closing.add(await Person.open("chromium"), (one) => one.close());
  boris = closing.add(await Person.open("chromium"), (one) => one.close());
  chloe = closing.add(await Person.open("firefox"), (one) => one.close());
});
after(() => closing.run());

test("the administrator starts a meeting, two guests join by their links", async () => {
  await setUp(ada, product, ADA);
  const link = await newMeeting(ada);
  await prepare(ada, ADA);
  await joinNow(ada);
  await join(boris, await invite(ada, link, BORIS));
  await join(chloe, await invite(ada, link, CHLOE));
  for (const [name, person] of people()) {
    for (const [other] of others(name)) {
      await person.until(`${other}'s picture`, () => person.probe("tile", face(other)), SEEN_WITHIN_MS);
    }
  }
});

test("each sees two moving pictures and hears two tones for ten seconds", async () => {
  const seen = await Promise.all(
    people().map(async ([name, person]) => {
      const tiles = others(name).map(([other]) => face(other));
      return [name, await watch(person, tiles, WATCHED_FOR_MS)] as const;
    }),
  );
  for (const [name, watched] of seen) {
    measured("seen-and-heard", { engine, person: name, ...watched });
    assert.ok(watched.longest_still_ms < LONGEST_STILL_MS, `${name} sees moving pictures`);
    assert.ok(watched.fewest_pictures > 5, `${name} sees pictures that change`);
    assert.equal(watched.tones, 2, `${name} hears two tones`);
  }
});

test("a shared screen reaches both others", async () => {
  const begun_ms = performance.now();
  await boris.click("button", "Share screen");
  await Promise.all(
    others(BORIS).map(async ([name, person]) => {
      await person.until("the shared screen", () => person.probe("tile", screen(BORIS)), SEEN_WITHIN_MS);
      const shown_ms = performance.now() - begun_ms;
      const { frames_per_s } = await watch(person, [screen(BORIS)], 2_000);
      assert.ok((frames_per_s[0] ?? 0) > 0, `${name} sees the screen move`);
      measured("screen-share", { engine, person: name, shown_ms });
    }),
  );
  await boris.click("button", "Share screen");
  for (const [, person] of others(BORIS)) {
    const isGone = async (): Promise<boolean> => (await person.probe("tileSays", screen(BORIS))) === null;
    await person.until("the shared screen ends", isGone, SEEN_WITHIN_MS);
  }
});

test("chat arrives everywhere in one order", async () => {
  for (const [, person] of people()) await person.click("button", "Chat");
  const written: string[] = [];
  await Promise.all(
    people().map(async ([name, person]) => {
      for (let index = 1; index <= LINES_EACH; index += 1) {
        written.push(`line ${index} of ${name}`);
        await write(person, `line ${index} of ${name}`);
      }
    }),
  );
  const read = await Promise.all(
    people().map(([, person]) =>
      person.until(
        "all lines",
        async () => {
          const lines = await linesRead(person, /line \d of \p{L}+/gu);
          return lines.length >= written.length && lines;
        },
        SEEN_WITHIN_MS,
      ),
    ),
  );
  assert.deepEqual(new Set(read[0]), new Set(written));
  for (const lines of read) assert.deepEqual(lines, read[0]);
  for (const [name] of people()) {
    const own = read[0]?.filter((line) => line.endsWith(name));
    assert.deepEqual(own, [...(own ?? [])].sort(), `${name}'s lines stand in the order they were written`);
  }
});

test("the others see within a second that somebody is muted", async () => {
  const before_mute = await Promise.all(others(ADA).map(([, person]) => person.probe("tileSays", face(ADA))));
  assert.ok(!before_mute.some((said) => /muted|microphone off/iu.test(said ?? "")), "not muted before");
  await ada.click("button", "Microphone");
  const pressed_ms = performance.now();
  const seen_ms = await Promise.all(
    others(ADA).map(async ([, person]) => {
      const isMuted = async (): Promise<boolean> =>
        /muted|microphone off/iu.test((await person.probe("tileSays", face(ADA))) ?? "");
      await person.until("Ada is muted", isMuted, SEEN_WITHIN_MS, 20);
      return performance.now() - pressed_ms;
    }),
  );
  assert.equal(await isPressed(ada, "Microphone"), false);
  measured("mute-seen", { engine, slowest_ms: Math.max(...seen_ms) });
  assert.ok(Math.max(...seen_ms) < MUTE_SEEN_WITHIN_MS, "the mute is seen within a second");
});

test("a tile goes within two seconds when its person leaves", async () => {
  await boris.click("button", "Leave");
  const pressed_ms = performance.now();
  const gone_ms = await Promise.all(
    others(BORIS).map(async ([, person]) => {
      const isGone = async (): Promise<boolean> => (await person.probe("tileSays", face(BORIS))) === null;
      await person.until("Boris' tile goes", isGone, SEEN_WITHIN_MS, 20);
      return performance.now() - pressed_ms;
    }),
  );
  measured("leave-seen", { engine, slowest_ms: Math.max(...gone_ms) });
  assert.ok(Math.max(...gone_ms) < GONE_WITHIN_MS, "the tile goes within two seconds");
});

// What LiveKit's client says to LiveKit's server is between the two of them.
if (engine === "embedded") {
  test("the consoles of a call are silent, in both browsers", () => {
    for (const [name, person] of people()) assert.deepEqual(complaintsOf(person), [], name);
  });
}

function complaintsOf(person: Person): string[] {
  return person.console().filter((line) => /^(?:warn|error|page error)/u.test(line));
}
