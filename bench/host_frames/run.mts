/**
 * Frames benchmark; README.md beside this file says what is measured.
 *
 *     npm --prefix web run bench:frames
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { dirname, join } from "node:path";

import { Closing } from "../../web/e2e/kit/closing.ts";
import { REPOSITORY } from "../../web/e2e/kit/places.ts";
import { measured } from "../../web/e2e/kit/report.ts";
import {
  framesDuring,
  mostInAMinute,
  openRoom,
  startWatching,
  type Crowded,
  type Frames,
  type Room,
} from "./measure.mts";

const KNOCKS = 1000;
const OVER_S = 60;
const MOST_AT_HOST = 20;
const ROUNDS = Number(process.env["PREAU_BENCH_ROUNDS"] ?? "2");
const RESULT = join(REPOSITORY, "bench", "results", "host_frames.json");

interface Round {
  readonly alone: Frames;
  readonly crowded: Crowded;
}

function rest(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** The same page in the same room: first without strangers, then with them. */
async function oneRound({ host, knock, reached }: Room): Promise<Round> {
  const alone = await framesDuring(host, () => rest(OVER_S));
  measured("host-frames", { with: "nobody", ...alone });
  const before = reached().length;
  let told: Record<string, number> = {};
  const frames = await framesDuring(host, async () => {
    told = await knock(KNOCKS, OVER_S);
  });
  const crowded: Crowded = {
    ...frames,
    knocks: KNOCKS,
    told,
    reached_host: reached().length - before,
    most_in_a_minute: mostInAMinute(reached()),
  };
  measured("host-frames", { with: "strangers", ...crowded });
  return { alone, crowded };
}

async function main(): Promise<void> {
  const closing = new Closing();
  const load_before = loadavg()[0];
  try {
    const room = await openRoom(closing);
    await startWatching(room.host);
    const rounds: Round[] = [];
    for (let index = 0; index < ROUNDS; index += 1) {
      // Those of the round before are forgotten by the door after a minute.
      if (index > 0) await rest(OVER_S);
      rounds.push(await oneRound(room));
    }
    const machine = {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      kernel: release(),
    };
    const result = {
      taken_at: new Date().toISOString(),
      ...machine,
      load_before,
      bar: { frame_ms: 50, most_in_a_minute: MOST_AT_HOST },
      rounds,
    };
    mkdirSync(dirname(RESULT), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
    if (rounds.some(({ crowded }) => crowded.most_in_a_minute > MOST_AT_HOST))
      throw new Error("more strangers reached the host than a minute allows");
  } finally {
    await closing.run();
  }
}

await main();
