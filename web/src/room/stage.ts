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

/** Between the usual shapes of cameras, 4:3 and 16:9. */
const CAMERA_RATIO = 1.5;

/**
 * How much a tile of this shape is worth: its area, less what it cuts from a camera's picture. Cutting above and
 * below takes heads and counts in full; cutting the sides spares a face in the middle and counts less, least on a
 * tall stage, where many cameras are upright too.
 */
function worth(width: number, height: number, isTall: boolean): number {
  const ratio = width / height / CAMERA_RATIO;
  const area = width * height;
  return ratio > 1 ? area / ratio : area * ratio ** (isTall ? 0.33 : 0.6);
}

export function gridOf(count: number, stage: Size): Grid {
  const tiles = Math.max(1, count);
  const isTall = stage.height > stage.width;
  let columns = 1;
  let best = 0;
  for (let candidate = 1; candidate <= tiles; candidate += 1) {
    const rows = Math.ceil(tiles / candidate);
    const value = worth(stage.width / candidate, stage.height / rows, isTall);
    if (value > best * 1.001) {
      best = value;
      columns = candidate;
    }
  }
  const rows = Math.ceil(tiles / columns);
  const is_first_wide = columns === 2 && tiles % 2 === 1 && tiles > 1 && isTall;
  const last = tiles - (rows - 1) * columns;
  return { columns, rows, last_row_start: is_first_wide ? 1 : columns - last + 1, is_first_wide };
}
