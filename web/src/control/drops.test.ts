import { expect, test } from "vitest";
import { watchForDrops } from "./drops";

async function told(answers: boolean, acts: ("opened" | "closed")[]): Promise<number> {
  let count = 0;
  const watch = watchForDrops(
    () => Promise.resolve(answers),
    () => (count += 1),
  );
  for (const act of acts) watch[act]();
  await Promise.resolve();
  await Promise.resolve();
  return count;
}

test("a page that is answered while its channel never opens says that something drops it", async () => {
  expect(await told(true, ["closed", "closed"])).toBe(0);
  expect(await told(true, ["closed", "closed", "closed"])).toBe(1);
});

test("a server that does not answer at all is not blamed on a proxy", async () => {
  expect(await told(false, ["closed", "closed", "closed", "closed"])).toBe(0);
});

test("once a channel opened, nothing that closes later is blamed on a proxy", async () => {
  expect(await told(true, ["opened", "closed", "closed", "closed", "closed"])).toBe(0);
});
