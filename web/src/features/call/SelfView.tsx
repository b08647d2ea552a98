import { Move } from "lucide-react";
import { useRef, useState, type PointerEvent } from "react";
import type { Person } from "../../room/view";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/Icon";
import styles from "./SelfView.module.css";
import { Tile } from "./Tile";

/** Corners in the order the button walks them. */
const CORNERS = ["bottomRight", "bottomLeft", "topLeft", "topRight"] as const;
export type Corner = (typeof CORNERS)[number];

function nearestCorner(box: DOMRect, stage: DOMRect): Corner {
  const isLeft = box.left + box.width / 2 < stage.left + stage.width / 2;
  const isTop = box.top + box.height / 2 < stage.top + stage.height / 2;
  if (isTop) return isLeft ? "topLeft" : "topRight";
  return isLeft ? "bottomLeft" : "bottomRight";
}

interface Drag {
  readonly x: number;
  readonly y: number;
}

export interface SelfViewProps {
  person: Person;
  corner: Corner;
  onCorner: (corner: Corner) => void;
}

/** One's own picture, small, in a corner: dragged there, or walked from corner to corner with its button. */
export function SelfView({ person, corner, onCorner }: SelfViewProps) {
  const text = useText();
  const box = useRef<HTMLDivElement>(null);
  const start = useRef<Drag | null>(null);
  const [offset, setOffset] = useState<Drag | null>(null);

  function begin(event: PointerEvent<HTMLDivElement>) {
    if (event.button !== 0 || (event.target as Element).closest("button") !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, y: event.clientY };
  }

  function move(event: PointerEvent<HTMLDivElement>) {
    if (start.current === null) return;
    setOffset({ x: event.clientX - start.current.x, y: event.clientY - start.current.y });
  }

  function drop() {
    const stage = box.current?.parentElement;
    if (start.current !== null && offset !== null && box.current !== null && stage != null) {
      onCorner(nearestCorner(box.current.getBoundingClientRect(), stage.getBoundingClientRect()));
    }
    start.current = null;
    setOffset(null);
  }

  function walk() {
    onCorner(CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? "bottomRight");
  }

  return (
    <div
      ref={box}
      className={classes(styles.self, styles[corner], offset !== null && styles.dragged)}
      style={offset === null ? undefined : { transform: `translate(${offset.x}px, ${offset.y}px)` }}
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      <Tile person={person} className={styles.tile} />
      <Button
        kind="quiet"
        isSquare
        className={styles.move}
        aria-label={text("call.self.move")}
        onPress={walk}
      >
        <Icon of={Move} size={18} />
      </Button>
    </div>
  );
}
