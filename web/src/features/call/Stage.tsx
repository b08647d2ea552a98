import { ChevronLeft, ChevronRight } from "lucide-react";
import { useRef, useState, type CSSProperties } from "react";
import {
  gridOf,
  isSmall,
  leavesNamesInView,
  OWN_INSET_PX,
  ownPictureOn,
  pageOf,
  PAGE_SIZE,
  SMALL_PAGE_SIZE,
  type Grid,
  type Page,
  type Size,
} from "../../room/stage";
import type { Person, RoomView } from "../../room/view";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/Icon";
import { Alone } from "./Alone";
import { useRoomParts } from "./CallContext";
import { SelfView, type Corner } from "./SelfView";
import { SharedScreens } from "./SharedScreens";
import styles from "./Stage.module.css";
import { Tile } from "./Tile";
import { useSize } from "./useSize";

/** Even, as the widths of tiles are: two half-columns and the gap between them are a tile. */
const GAP_PX = 10;
const SMALL_GAP_PX = 8;
const FIRST_SIZE: Size = { width: 1280, height: 720 };

/** With more people than this, one's own picture would cover too much: it takes a place among the others. */
const MOST_BESIDE_SELF_VIEW = 3;

type StageView = Pick<RoomView, "me" | "others" | "shares" | "spotlight">;
type Layout = "alone" | "self-view" | "together" | "sharing";

function layoutOf({ me, others, shares, spotlight }: StageView, stage: Size): Layout {
  if (shares.length > 0 || spotlight !== null) return "sharing";
  if (me === null) return "self-view";
  if (others.length === 0) return "alone";
  if (others.length > MOST_BESIDE_SELF_VIEW) return "together";
  // On a small screen it would lie over somebody's name.
  const { tile } = gridOf(others.length, stage, gapOn(stage));
  return leavesNamesInView(tile, ownPictureOn(stage)) ? "self-view" : "together";
}

function gapOn(stage: Size): number {
  return isSmall(stage) ? SMALL_GAP_PX : GAP_PX;
}

function ownStyle(stage: Size): CSSProperties {
  const { width, height } = ownPictureOn(stage);
  const sizes = {
    "--self-width": `${width}px`,
    "--self-height": `${height}px`,
    "--self-inset": `${OWN_INSET_PX}px`,
  };
  return sizes as CSSProperties;
}

/** The tiles of one page; one's own, where it is among them, is the last of every page. Who has the stage has no tile. */
function tilesOf(view: StageView, layout: Layout, wanted: number, size: number): Page<Person> {
  const onStage = view.shares.length > 0 ? null : view.spotlight;
  const others = view.others.filter((one) => one.id !== onStage?.id);
  const me = view.me?.id === onStage?.id ? null : view.me;
  const whole = layout === "sharing" ? Number.MAX_SAFE_INTEGER : size;
  if (layout === "self-view" || me === null) return pageOf(others, wanted, whole);
  const page = pageOf(others, wanted, whole - 1);
  return { ...page, items: [...page.items, me] };
}

/** Everybody's pictures. Order never changes while people stay; who speaks gets a ring, not another place. */
export function Stage({ link }: { link: string }) {
  const text = useText();
  const view = useRoomParts("me", "others", "shares", "spotlight");
  const stage = useRef<HTMLDivElement>(null);
  const size = useSize(stage) ?? FIRST_SIZE;
  const [wanted, setWanted] = useState(0);
  const layout = layoutOf(view, size);
  const page = tilesOf(view, layout, wanted, isSmall(size) ? SMALL_PAGE_SIZE : PAGE_SIZE);
  const gap = gapOn(size);
  const grid = layout === "sharing" ? null : gridOf(page.items.length, size, gap);
  const [corner, setCorner] = useState<Corner>("bottomRight");
  const isTallSharing = layout === "sharing" && size.height > size.width;

  return (
    <div
      ref={stage}
      style={ownStyle(size)}
      className={classes(
        styles.stage,
        isTallSharing && styles.tall,
        page.pages > 1 && styles.paged,
        layout === "self-view" && view.me !== null && styles[corner],
      )}
    >
      {layout === "sharing" && <OnStage view={view} />}
      <Tiles page={page} grid={grid} gap={gap} label={text("call.tiles")} />
      {layout === "alone" && <Alone link={link} />}
      {layout === "self-view" && view.me !== null && (
        <SelfView person={view.me} corner={corner} onCorner={setCorner} />
      )}
      {page.pages > 1 && <Pager page={page} onTurn={setWanted} />}
    </div>
  );
}

/** What everybody looks at: a shared screen, else the person in the spotlight. */
function OnStage({ view }: { view: StageView }) {
  if (view.shares.length > 0) return <SharedScreens shares={view.shares} />;
  return view.spotlight === null ? null : (
    <Tile person={view.spotlight} isWhole className={styles.spotlight} />
  );
}

function gridStyle({ columns, rows, tile }: Grid, gap: number): CSSProperties {
  return {
    gap: `${gap}px`,
    gridTemplateColumns: `repeat(${columns * 2}, ${Math.max(0, (tile.width - gap) / 2)}px)`,
    gridTemplateRows: `repeat(${rows}, ${tile.height}px)`,
  };
}

/** Every tile is two half-columns wide; the first of a short last row starts where that row is centred. */
function columnOf(grid: Grid, index: number, count: number): string {
  const last = count - (grid.rows - 1) * grid.columns;
  return index === count - last ? `${grid.last_row_start} / span 2` : "span 2";
}

interface TilesProps {
  page: Page<Person>;
  /** Null: a strip beside a shared screen. */
  grid: Grid | null;
  /** Between two tiles, in CSS pixels. */
  gap: number;
  label: string;
}

function Tiles({ page, grid, gap, label }: TilesProps) {
  return (
    <div
      // A strip of a whole class is longer than the window: it scrolls by keyboard too.
      role={grid === null ? "region" : "group"}
      aria-label={label}
      tabIndex={grid === null ? 0 : undefined}
      className={classes(styles.tiles, grid === null ? styles.strip : styles.grid)}
      style={grid === null ? undefined : gridStyle(grid, gap)}
    >
      {page.items.map((person, index) => (
        <Tile
          key={person.id}
          person={person}
          column={grid === null ? undefined : columnOf(grid, index, page.items.length)}
        />
      ))}
    </div>
  );
}

function Pager({ page, onTurn }: { page: Page<Person>; onTurn: (page: number) => void }) {
  const text = useText();
  return (
    <div className={styles.pager}>
      <Button
        kind="quiet"
        isSquare
        aria-label={text("call.page.previous")}
        isDisabled={page.page === 0}
        onPress={() => onTurn(page.page - 1)}
      >
        <Icon of={ChevronLeft} />
      </Button>
      <span>{text("call.page.which", { page: page.page + 1, pages: page.pages })}</span>
      <Button
        kind="quiet"
        isSquare
        aria-label={text("call.page.next")}
        isDisabled={page.page === page.pages - 1}
        onPress={() => onTurn(page.page + 1)}
      >
        <Icon of={ChevronRight} />
      </Button>
    </div>
  );
}
