/** Watching what somebody sees and hears for a while. */

import type { Person } from "../drivers/browsers.ts";
import type { Look } from "../drivers/probe.ts";

export interface Watched {
  /** Frames decoded per second in each tile, in the order asked for. */
  readonly frames_per_s: readonly number[];
  /** Longest time in which a tile's decoded frames did not rise. */
  readonly longest_still_ms: number;
  /** Different pictures seen in the tile with the fewest. */
  readonly fewest_pictures: number;
  /** Remote tracks whose sound energy rose while we watched. */
  readonly tones: number;
}

/** Watches these tiles (patterns) and all sound for `for_ms`; every tile must be there throughout. */
export async function watch(person: Person, tiles: readonly string[], for_ms: number): Promise<Watched> {
  const looks = await person.probe("watch", tiles, for_ms);
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) throw new Error("nothing was watched");
  const seconds = (last.at_ms - first.at_ms) / 1000;
  const energy = new Map(first.sound.map((media) => [media.trackId, media.audioEnergy]));
  const each = tiles.map((tile, index) => tileAt(looks, tile, index));
  return {
    frames_per_s: each.map(
      (moments) => ((moments.at(-1)?.frames ?? 0) - (moments[0]?.frames ?? 0)) / seconds,
    ),
    longest_still_ms: Math.max(...each.map(longestStill)),
    fewest_pictures: Math.min(...each.map((moments) => new Set(moments.map((one) => one.fingerprint)).size)),
    tones: last.sound.filter((media) => media.audioEnergy > (energy.get(media.trackId) ?? 0)).length,
  };
}

interface Moment {
  readonly at_ms: number;
  readonly frames: number;
  readonly fingerprint: number;
}

function tileAt(looks: readonly Look[], tile: string, index: number): Moment[] {
  return looks.map(({ at_ms, tiles }) => {
    const picture = tiles[index];
    if (!picture) throw new Error(`the tile ${tile} had no picture all the time`);
    return { at_ms, frames: picture.framesDecoded, fingerprint: picture.fingerprint };
  });
}

/** The longest time between two looks at which the tile's frames had risen. */
function longestStill(moments: readonly Moment[]): number {
  let risen_ms = moments[0]?.at_ms ?? 0;
  let frames = moments[0]?.frames ?? 0;
  let longest_ms = 0;
  for (const one of moments) {
    longest_ms = Math.max(longest_ms, one.at_ms - risen_ms);
    if (one.frames > frames) {
      risen_ms = one.at_ms;
      frames = one.frames;
    }
  }
  return longest_ms;
}
