/** One join after another on several engines in turn, with livekit-client alone. */

import { Person } from "../../web/e2e/drivers/browsers.ts";
import {
  joinToken,
  startEngine,
  type Engine,
  type EngineName,
} from "../../web/e2e/kit/engines.ts";
import { serveBarePage, type BarePage } from "../../web/e2e/sdk/host.ts";
import type { Flow, JoinMoments } from "../../web/e2e/sdk/page.ts";

/** An engine and the topology the joining side uses on it. */
export interface Variant {
  readonly name: string;
  readonly engine: EngineName;
  readonly singlePeerConnection: boolean;
}

export const VARIANTS: readonly Variant[] = [
  { name: "embedded-v0", engine: "embedded", singlePeerConnection: false },
  { name: "livekit-v0", engine: "livekit", singlePeerConnection: false },
  { name: "livekit-v1", engine: "livekit", singlePeerConnection: true },
];

/** Joins in a row before the next variant has its turn. */
const BLOCK = 5;
/** Least time between the beginnings of two joins: engines throttle key frame requests for up to a second. */
const PACE_MS = 2_000;
const GONE_WITHIN_MS = 10_000;

/** All joins of each variant, in blocks that take turns so that a busy moment of the machine hits all alike. */
export async function measureJoins(
  variants: readonly Variant[],
  joins: number,
): Promise<Map<string, JoinMoments[]>> {
  const moments = new Map<string, JoinMoments[]>(
    variants.map((variant) => [variant.name, []]),
  );
  if (variants.length === 0) return moments;
  const engines = await startEngines(variants);
  const page = await serveBarePage();
  const [publisher, viewer] = await Promise.all([
    Person.open("chromium"),
    Person.open("chromium"),
  ]);
  try {
    for (let done = 0; done < joins; done += BLOCK) {
      for (const variant of variants) {
        const engine = engines.get(variant.engine);
        if (engine === undefined)
          throw new Error(`no engine for ${variant.name}`);
        const block = await joinBlock({
          engine,
          page,
          publisher,
          viewer,
          variant,
          room: `${variant.name}-${done}`,
        });
        moments.get(variant.name)?.push(...block.slice(0, joins - done));
      }
    }
    return moments;
  } finally {
    await Promise.all([publisher.close(), viewer.close()]);
    page.close();
    await Promise.all(
      [...engines.values()].map((engine) => engine.server.stop()),
    );
  }
}

async function startEngines(
  variants: readonly Variant[],
): Promise<Map<EngineName, Engine>> {
  const engines = new Map<EngineName, Engine>();
  for (const name of new Set(variants.map((variant) => variant.engine)))
    engines.set(name, await startEngine(name));
  return engines;
}

interface Block {
  readonly engine: Engine;
  readonly page: BarePage;
  readonly publisher: Person;
  readonly viewer: Person;
  readonly variant: Variant;
  readonly room: string;
}

async function joinBlock(block: Block): Promise<JoinMoments[]> {
  const { engine, page, publisher, viewer, variant, room } = block;
  await start(publisher, page);
  await publisher.call("sdk", "join", {
    url: engine.url,
    joinToken: joinToken(engine, room, "publisher"),
    publish: true,
  });
  const moments: JoinMoments[] = [];
  for (let index = 0; index < BLOCK; index += 1) {
    const paced = new Promise((resolve) => setTimeout(resolve, PACE_MS));
    await start(viewer, page);
    const options = {
      url: engine.url,
      joinToken: joinToken(engine, room, `viewer-${index}`),
      publish: false,
      singlePeerConnection: variant.singlePeerConnection,
    };
    moments.push(
      await viewer.call<JoinMoments>("sdk", "joinUntilFrame", options),
    );
    await viewer.call("sdk", "leave");
    await publisher.until(
      "the viewer is gone",
      async () => (await publisher.call<Flow>("sdk", "flow")).remotes === 0,
      GONE_WITHIN_MS,
    );
    await paced;
  }
  await publisher.call("sdk", "leave");
  return moments;
}

async function start(person: Person, page: BarePage): Promise<void> {
  await person.goto(page.url);
  await person.click("button", "Start");
}
