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
  /** In CSS pixels; the width is even. */
  readonly tile: Size;
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

/** The picture of most cameras. */
const CAMERA_RATIO = 16 / 9;
/** How much of a camera's picture a tile shows at least: cut further, it loses faces. */
const LEAST_SHOWN = 0.8;
const NARROWEST = CAMERA_RATIO * LEAST_SHOWN;
const WIDEST = CAMERA_RATIO / LEAST_SHOWN;

/** The largest tile of whole pixels within a cell that still shows enough of a camera's picture. */
function tileWithin(width: number, height: number): Size {
  const tallest = Math.max(0, Math.floor(Math.min(height, width / NARROWEST)));
  // Even, so that half a tile is whole pixels too.
  const even = Math.max(0, Math.floor(Math.min(width, tallest * WIDEST) / 2) * 2);
  return { width: even, height: Math.min(tallest, Math.floor(even / NARROWEST)) };
}

/** `count` tiles on a stage, `gap` apart, each as large as can be without cutting more than a fifth of a picture. */
export function gridOf(count: number, stage: Size, gap: number): Grid {
  const tiles = Math.max(1, count);
  let best: Grid | null = null;
  let area = -1;
  for (let columns = 1; columns <= tiles; columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const tile = tileWithin(
      (stage.width - gap * (columns - 1)) / columns,
      (stage.height - gap * (rows - 1)) / rows,
    );
    if (tile.width * tile.height <= area * 1.001) continue;
    area = tile.width * tile.height;
    const last = tiles - (rows - 1) * columns;
    best = { columns, rows, tile, last_row_start: columns - last + 1 };
  }
  return best ?? { columns: 1, rows: tiles, tile: { width: 0, height: 0 }, last_row_start: 1 };
}
