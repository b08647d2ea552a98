/**
 * Join benchmark; README.md beside this file says what is measured.
 *
 *     npm --prefix web run bench:join                     both engines and the product
 *     npm --prefix web run bench:join -- livekit-v0       the named variants alone: embedded-v0, livekit-v0,
 *                                                         livekit-v1, product-embedded, product-livekit
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { dirname, join } from "node:path";

import { REPOSITORY } from "../../web/e2e/kit/places.ts";
import { measured, percentile } from "../../web/e2e/kit/report.ts";
import type { JoinMoments } from "../../web/e2e/sdk/page.ts";
import { measureJoins, VARIANTS } from "./measure.mts";
import { measureProductJoins } from "./product.mts";

const JOINS = Number(process.env.PREAU_BENCH_JOINS ?? "20");
const RESULT = join(REPOSITORY, "bench", "results", "join.json");

interface Summary {
  readonly joins: number;
  readonly frame_p50_ms: number;
  readonly frame_p95_ms: number;
  readonly connected_p50_ms: number;
  readonly subscribed_p50_ms: number;
}

function summary(moments: readonly JoinMoments[]): Summary {
  const of = (pick: (one: JoinMoments) => number, p: number): number =>
    Math.round(percentile(moments.map(pick), p));
  return {
    joins: moments.length,
    frame_p50_ms: of((one) => one.frame_ms, 50),
    frame_p95_ms: of((one) => one.frame_ms, 95),
    connected_p50_ms: of((one) => one.connected_ms, 50),
    subscribed_p50_ms: of((one) => one.subscribed_ms, 50),
  };
}

const MACHINE = {
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  kernel: release(),
  load_before: loadavg()[0],
};

const PRODUCT = "product-";

/** Names on the command line choose what is measured; without any, everything is. */
function isWanted(name: string): boolean {
  const named = process.argv.slice(2);
  return named.length === 0 || named.includes(name);
}

/** What was measured before stays, so that variants can be measured one by one. */
function earlier(): Record<string, unknown> {
  return existsSync(RESULT)
    ? (JSON.parse(readFileSync(RESULT, "utf8")) as Record<string, unknown>)
    : {};
}

async function main(): Promise<void> {
  const result = earlier();
  const keep = (
    name: string,
    figures: object,
    frame_ms: readonly number[],
  ): void => {
    result[name] = {
      taken_at: new Date().toISOString(),
      ...MACHINE,
      ...figures,
      frame_ms: frame_ms.map(Math.round),
    };
    measured("join", { variant: name, ...figures });
    mkdirSync(dirname(RESULT), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  };
  const variants = VARIANTS.filter((variant) => isWanted(variant.name));
  for (const [name, all] of await measureJoins(variants, JOINS)) {
    keep(
      name,
      summary(all),
      all.map((one) => one.frame_ms),
    );
  }
  for (const engine of ["embedded", "livekit"] as const) {
    if (!isWanted(PRODUCT + engine)) continue;
    const all = await measureProductJoins(engine, JOINS);
    const at = (p: number): number => Math.round(percentile(all, p));
    keep(
      PRODUCT + engine,
      { joins: all.length, frame_p50_ms: at(50), frame_p95_ms: at(95) },
      all,
    );
  }
}

await main();
