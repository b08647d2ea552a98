import { describe, expect, test } from "vitest";
import {
  gridOf,
  leavesNamesInView,
  OWN_INSET_PX,
  ownPictureOn,
  pageOf,
  PAGE_SIZE,
  type Grid,
  type Size,
} from "./stage";

const WIDE = { width: 1400, height: 760 };
const PHONE = { width: 374, height: 690 };
const GAP = 10;

/** How much of a 16:9 picture is seen in a tile that it fills. */
function shownOf({ width, height }: Size): number {
  const ratio = width / height / (16 / 9);
  return Math.min(ratio, 1 / ratio);
}

function extentOf({ columns, rows, tile }: Grid): Size {
  return {
    width: columns * tile.width + (columns - 1) * GAP,
    height: rows * tile.height + (rows - 1) * GAP,
  };
}

/** The same numbers in each run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("the grid", () => {
  test.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
    [4, 2, 2],
    [5, 3, 2],
    [9, 3, 3],
    [16, 4, 4],
  ])("%i tiles on a wide stage: %i columns, %i rows", (count, columns, rows) => {
    const grid = gridOf(count, WIDE, GAP);
    expect([grid.columns, grid.rows]).toEqual([columns, rows]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [9, 2],
  ])("%i tiles on a phone: %i columns", (count, columns) => {
    expect(gridOf(count, PHONE, GAP).columns).toBe(columns);
  });

  test("whatever the number and the stage, at least four fifths of each face are seen, and all of it fits", () => {
    const next = random(20261130);
    for (let round = 0; round < 4000; round += 1) {
      const count = 1 + Math.floor(next() * PAGE_SIZE);
      const stage = { width: 240 + Math.floor(next() * 2400), height: 160 + Math.floor(next() * 1500) };
      const grid = gridOf(count, stage, GAP);
      const where = `${count} on ${stage.width}x${stage.height}: ${JSON.stringify(grid)}`;
      expect(shownOf(grid.tile), where).toBeGreaterThanOrEqual(0.8);
      const { width, height } = extentOf(grid);
      expect(width <= stage.width && height <= stage.height, where).toBe(true);
      expect(grid.columns * grid.rows, where).toBeGreaterThanOrEqual(count);
      expect(grid.tile.width % 2, where).toBe(0);
    }
  });

  test("a stage is used as far as pictures allow: one way or the other the tiles reach its edges", () => {
    for (let count = 1; count <= PAGE_SIZE; count += 1) {
      for (const stage of [WIDE, PHONE]) {
        const grid = gridOf(count, stage, GAP);
        const { width, height } = extentOf(grid);
        const spare = Math.min(stage.width - width, stage.height - height);
        expect(spare, `${count} on ${stage.width}`).toBeLessThanOrEqual(
          2 * Math.max(grid.columns, grid.rows),
        );
      }
    }
  });

  test("a short last row is centred", () => {
    expect(gridOf(5, WIDE, GAP)).toMatchObject({ columns: 3, rows: 2, last_row_start: 2 });
    expect(gridOf(4, WIDE, GAP)).toMatchObject({ last_row_start: 1 });
  });

  test("no tiles and no space still make a grid", () => {
    expect(gridOf(0, WIDE, GAP)).toMatchObject({ columns: 1, rows: 1 });
    expect(gridOf(3, { width: 0, height: 0 }, GAP).tile).toEqual({ width: 0, height: 0 });
  });
});

describe("pages", () => {
  const items = Array.from({ length: 20 }, (_, index) => index);

  test("hold a fixed number, the last what is left", () => {
    expect(pageOf(items, 0, 16).items).toHaveLength(16);
    expect(pageOf(items, 1, 16)).toEqual({ items: [16, 17, 18, 19], page: 1, pages: 2 });
  });

  test("a page that no longer exists is the last", () => {
    expect(pageOf(items.slice(0, 10), 4, 16).page).toBe(0);
    expect(pageOf([], 2, 16)).toEqual({ items: [], page: 0, pages: 1 });
    expect(pageOf(items, -3, 16).page).toBe(0);
  });
});

describe("one's own picture", () => {
  const lies = (others: number, stage: Size) =>
    leavesNamesInView(gridOf(others, stage, GAP).tile, ownPictureOn(stage));

  test("lies over the others where there is room for their names", () => {
    expect([1, 2, 3].map((others) => lies(others, WIDE))).toEqual([true, true, true]);
    expect([1, 2, 3].map((others) => lies(others, PHONE))).toEqual([true, true, true]);
  });

  test("takes a place among them on the smallest phone, and on one held sideways", () => {
    expect(lies(3, { width: 304, height: 396 })).toBe(false);
    expect(lies(2, { width: 552, height: 132 })).toBe(false);
  });

  test("ends, wherever it lies over a tile, before the line at the other end of the tile", () => {
    const next = random(20261201);
    for (let round = 0; round < 2000; round += 1) {
      const stage = { width: 280 + Math.floor(next() * 1800), height: 120 + Math.floor(next() * 1000) };
      const others = 1 + Math.floor(next() * 3);
      if (!lies(others, stage)) continue;
      const { tile } = gridOf(others, stage, GAP);
      const own = ownPictureOn(stage);
      expect(tile.height - own.height - OWN_INSET_PX).toBeGreaterThanOrEqual(40);
      expect(tile.width - own.width).toBeGreaterThanOrEqual(100);
    }
  });
});
