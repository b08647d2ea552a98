/** From the press of *Join now* to the host's first frame, through the product's own pages. */

import { Person } from "../../web/e2e/drivers/browsers.ts";
import { Closing } from "../../web/e2e/kit/closing.ts";
import type { EngineName } from "../../web/e2e/kit/engines.ts";
import { startProduct } from "../../web/e2e/kit/product.ts";
import {
  face,
  invite,
  joinNow,
  newMeeting,
  prepare,
  setUp,
} from "../../web/e2e/system/acts.ts";

const HOST = "Ada";
const GUEST = "Boris";
const WITHIN_MS = 20_000;

/** Milliseconds of each join of one guest, microphone and camera on, into a meeting whose host is already there. */
export async function measureProductJoins(
  engine: EngineName,
  joins: number,
): Promise<number[]> {
  const closing = new Closing();
  try {
    const product = closing.add(await startProduct(engine), (one) =>
      one.stop(),
    );
    const host = closing.add(await Person.open("chromium"), (one) =>
      one.close(),
    );
    const guest = closing.add(await Person.open("chromium"), (one) =>
      one.close(),
    );
    await setUp(host, product, HOST);
    const link = await invite(host, await newMeeting(host), GUEST);
    await prepare(host, HOST);
    await joinNow(host);
    const took_ms: number[] = [];
    for (let index = 0; index < joins; index += 1)
      took_ms.push(await joinOnce(host, guest, link));
    return took_ms;
  } finally {
    await closing.run();
  }
}

async function joinOnce(
  host: Person,
  guest: Person,
  link: string,
): Promise<number> {
  await guest.goto(link);
  await prepare(guest, null);
  await joinNow(guest);
  const shown_ms = await guest.until(
    "the host's first frame",
    () => guest.probe("firstFrameAt", face(HOST)),
    WITHIN_MS,
  );
  const pressed_ms = await guest.probe("lastClickAt");
  // The host sees the guest too before the guest leaves: a join is a join both ways.
  await host.until(
    "the guest's picture",
    () => host.probe("tile", face(GUEST)),
    WITHIN_MS,
  );
  await guest.click("button", "Leave");
  const isGone = async (): Promise<boolean> =>
    (await host.probe("tileSays", face(GUEST))) === null;
  await host.until("the guest is gone", isGone, WITHIN_MS);
  return shown_ms - pressed_ms;
}
