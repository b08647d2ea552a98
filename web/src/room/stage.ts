/** How tiles share the stage: pages, and a grid whose tiles are as large as the space allows. */

export const PAGE_SIZE = 16;
export const SMALL_PAGE_SIZE = 9;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Half-column at which the first tile of the last row starts (1 = at the edge), so that a short row is centred. */
  readonly last_row_start: number;
  /** The first tile takes a row of its own: an odd number of tiles in two columns of a tall stage. */
  readonly is_first_wide: boolean;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly pages: number;
}

export function pageOf<Item>(items: readonly Item[], wanted: number, size: number): Page<Item> {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { items: items.slice(page * size, (page + 1) * size), page, pages };
}

const BEST_RATIO = 16 / 9;
const TALLEST_RATIO = 3 / 4;

/** How much picture a tile of this shape shows: a tile much wider or taller than a camera's picture shows less of it. */
function worth(width: number, height: number): number {
  const ratio = width / height;
  if (ratio > BEST_RATIO) return height * BEST_RATIO * height;
  if (ratio < TALLEST_RATIO) return (width * width) / TALLEST_RATIO;
  return width * height;
}

export function gridOf(count: number, stage: Size): Grid {
  const tiles = Math.max(1, count);
  let columns = 1;
  let best = 0;
  for (let candidate = 1; candidate <= tiles; candidate += 1) {
    const rows = Math.ceil(tiles / candidate);
    const value = worth(stage.width / candidate, stage.height / rows);
    if (value > best * 1.001) {
      best = value;
      columns = candidate;
    }
  }
  const rows = Math.ceil(tiles / columns);
  const is_first_wide = columns === 2 && tiles % 2 === 1 && tiles > 1 && stage.height > stage.width;
  const last = tiles - (rows - 1) * columns;
  return { columns, rows, last_row_start: is_first_wide ? 1 : columns - last + 1, is_first_wide };
}
