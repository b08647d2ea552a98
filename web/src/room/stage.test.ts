import { describe, expect, test } from "vitest";
import { gridOf, pageOf } from "./stage";

const WIDE = { width: 1400, height: 760 };
const PHONE = { width: 374, height: 690 };

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
    const grid = gridOf(count, WIDE);
    expect([grid.columns, grid.rows]).toEqual([columns, rows]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [9, 2],
  ])("%i tiles on a phone: %i columns", (count, columns) => {
    expect(gridOf(count, PHONE).columns).toBe(columns);
  });

  test("a short last row is centred", () => {
    expect(gridOf(5, WIDE)).toMatchObject({ columns: 3, rows: 2, last_row_start: 2 });
    expect(gridOf(4, WIDE)).toMatchObject({ last_row_start: 1 });
  });

  test("an odd number in two columns of a tall stage gives the first a row of its own", () => {
    expect(gridOf(5, PHONE)).toMatchObject({ columns: 2, rows: 3, is_first_wide: true });
    expect(gridOf(5, WIDE).is_first_wide).toBe(false);
  });

  test("no tiles and no space still make a grid", () => {
    expect(gridOf(0, WIDE)).toMatchObject({ columns: 1, rows: 1 });
    expect(gridOf(3, { width: 0, height: 0 }).columns).toBeGreaterThan(0);
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
