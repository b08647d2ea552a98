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

const SMALL_STAGE_PX = 640;

export function isSmall(stage: Size): boolean {
  return stage.width < SMALL_STAGE_PX;
}

/** One's own picture where it lies in a corner over those of others. */
export function ownPictureOn(stage: Size): Size {
  if (isSmall(stage)) return { width: 126, height: 84 };
  const width = Math.round(Math.min(232, Math.max(120, stage.width * 0.17)));
  return { width, height: Math.round((width * 10) / 16) };
}

/** Between the edge of the stage and one's own picture. */
export const OWN_INSET_PX = 16;
/** What a tile writes at its foot, the name, or at its head, a raised hand, with what is around it. */
const LINE_PX = 44;
/** Beside one's own picture: what is around a name, and enough of the name to know whose it is. */
const NAME_PX = 110;

/** Whether one's own picture leaves name and marks of a tile in view, whichever corner it lies in. */
export function leavesNamesInView(tile: Size, own: Size): boolean {
  return tile.width >= own.width + NAME_PX && tile.height >= own.height + OWN_INSET_PX + LINE_PX;
}
