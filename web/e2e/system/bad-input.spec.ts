/** Bad input as a person meets it: a page that says what happened, in words, and what to do. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Person } from "../drivers/browsers.ts";
import { Closing } from "../kit/closing.ts";
import { engineFromEnvironment } from "../kit/engines.ts";
import { startProduct, type Product } from "../kit/product.ts";
import { setUp } from "./acts.ts";

const SAID_WITHIN_MS = 10_000;
const UNKNOWN_SECRET = "x".repeat(43);

const closing = new Closing();
let product: Product;
let host: Person;
let visitor: Person;
before(async () => {
  product = closing.add(await startProduct(engineFromEnvironment()), (one) => one.stop());
  host = closing.add(await Person.open("chromium"), (one) => one.close());
  visitor = closing.add(await Person.open("chromium"), (one) => one.close());
  await setUp(host, product, "Ada");
});
after(() => closing.run());

const PAGES: readonly (readonly [string, () => string, RegExp])[] = [
  ["an unknown meeting", () => `${product.url}/m/abcde-fghjk-mnpqr-stuvw`, /leads to no meeting/u],
  ["a meeting code of the wrong form", () => `${product.url}/m/nothing`, /leads to no meeting/u],
  ["the set-up link once it was used", () => product.setupLink, /does not work|set up already/u],
  ["an unknown set-up link", () => `${product.url}/setup#${UNKNOWN_SECRET}`, /does not work|set up already/u],
  ["an expired sign-in link", () => `${product.url}/sign-in#${UNKNOWN_SECRET}`, /no longer works/u],
  ["an address that does not exist", () => `${product.url}/no/such/page`, /no such page/u],
];

for (const [what, address, words] of PAGES) {
  test(`${what} is said in words`, async () => {
    await visitor.goto(address());
    const said = await visitor.until(what, async () => words.exec(await visitor.text()), SAID_WITHIN_MS);
    assert.ok(said);
    assert.ok(!/undefined|\[object|Traceback|\berror\.[a-z]/u.test(await visitor.text()), "no machine talk");
  });
}

test("a wrong password is said in words, at the form", async () => {
  await visitor.goto(`${product.url}/sign-in`);
  await visitor.fill("Email", "admin@example.org");
  await visitor.fill("Password", "certainly not this one");
  await visitor.press("Enter");
  const words = /do not go together/u;
  await visitor.until("the refusal", async () => words.test(await visitor.text()), SAID_WITHIN_MS);
});

test("nothing else was disturbed: the administrator is still signed in", async () => {
  await host.goto(`${product.url}/`);
  await host.until("the home page", () => host.has("button", "New meeting"), SAID_WITHIN_MS);
});
