/** Watching what somebody sees and hears for a while. */

import type { Person } from "../drivers/browsers.ts";
import type { InboundMedia } from "../drivers/probe.ts";
import { until } from "../kit/until.ts";

const LOOK_EVERY_MS = 500;

interface Look {
  readonly at_ms: number;
  readonly frames: ReadonlyMap<string, number>;
  readonly pictures: ReadonlyMap<string, number>;
  readonly sound: readonly InboundMedia[];
}

export interface Watched {
  /** Frames decoded per second of each tile. */
  readonly frames_per_s: Readonly<Record<string, number>>;
  /** Longest time in which a tile's decoded frames did not rise. */
  readonly longest_still_ms: number;
  /** Different pictures seen in the tile with the fewest. */
  readonly fewest_pictures: number;
  /** Remote tracks whose sound energy rose while we watched. */
  readonly tones: number;
}

/** Looks at these tiles (patterns) and at all sound for `for_ms`; every tile must be there throughout. */
export async function watch(person: Person, tiles: readonly string[], for_ms: number): Promise<Watched> {
  const looks: Look[] = [await look(person, tiles)];
  const begun_ms = performance.now();
  await until(
    "the watch is over",
    async () => {
      looks.push(await look(person, tiles));
      return performance.now() - begun_ms > for_ms;
    },
    { within_ms: for_ms * 2, every_ms: LOOK_EVERY_MS },
  );
  return summary(looks, tiles);
}

async function look(person: Person, tiles: readonly string[]): Promise<Look> {
  const frames = new Map<string, number>();
  const pictures = new Map<string, number>();
  for (const tile of tiles) {
    const picture = await person.probe("tile", tile);
    if (picture === null) throw new Error(`${person.browserName}: no picture in the tile ${tile}`);
    frames.set(tile, picture.framesDecoded);
    pictures.set(tile, picture.fingerprint);
  }
  const inbound = await person.probe("inbound");
  return {
    at_ms: performance.now(),
    frames,
    pictures,
    sound: inbound.filter((media) => media.kind === "audio"),
  };
}

function summary(looks: readonly Look[], tiles: readonly string[]): Watched {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) throw new Error("nothing was watched");
  const seconds = (last.at_ms - first.at_ms) / 1000;
  const rate = (tile: string): number =>
    ((last.frames.get(tile) ?? 0) - (first.frames.get(tile) ?? 0)) / seconds;
  const energy = new Map(first.sound.map((media) => [media.trackId, media.audioEnergy]));
  return {
    frames_per_s: Object.fromEntries(tiles.map((tile) => [tile, rate(tile)])),
    longest_still_ms: Math.max(...tiles.map((tile) => longestStill(looks, tile))),
    fewest_pictures: Math.min(
      ...tiles.map((tile) => new Set(looks.map((one) => one.pictures.get(tile))).size),
    ),
    tones: last.sound.filter((media) => media.audioEnergy > (energy.get(media.trackId) ?? 0)).length,
  };
}

/** The longest time between two looks at which the tile's frames had risen. */
function longestStill(looks: readonly Look[], tile: string): number {
  let risen_ms = looks[0]?.at_ms ?? 0;
  let frames = looks[0]?.frames.get(tile) ?? 0;
  let longest_ms = 0;
  for (const one of looks) {
    const now = one.frames.get(tile) ?? 0;
    if (now > frames) {
      longest_ms = Math.max(longest_ms, one.at_ms - risen_ms);
      risen_ms = one.at_ms;
      frames = now;
    }
  }
  return Math.max(longest_ms, (looks.at(-1)?.at_ms ?? 0) - risen_ms);
}
