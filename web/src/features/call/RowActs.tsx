import { Ellipsis, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useText } from "../../i18n";
import { Button, LightButton } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import styles from "./RowActs.module.css";
import { shownNumber } from "./rows";
import { useKeyWords } from "./useKeyWords";

export interface MoreProps {
  label: string;
  isOpen: boolean;
  onToggle: () => void;
  /** Keys that act on the row while this button has the focus. */
  shortcuts?: string;
  /** Whom the row is about; rows that have one can be walked to with the arrow keys. */
  person?: string;
  /** The element that says the row's number. */
  numberId?: string;
}

/** Opens a row: what can be done stands under it, in words. */
export function More({ label, isOpen, onToggle, shortcuts, person, numberId }: MoreProps) {
  return (
    <LightButton
      kind="quiet"
      isSquare
      aria-label={label}
      aria-expanded={isOpen}
      aria-keyshortcuts={shortcuts === "" ? undefined : shortcuts}
      aria-describedby={numberId}
      data-row={person === undefined ? undefined : "person"}
      data-person={person}
      onClick={onToggle}
    >
      <Icon of={Ellipsis} />
    </LightButton>
  );
}

export interface RowNumberProps {
  id?: string;
  /** Null: the row has none. */
  number: number | null;
}

/** The two digits that lead to a row; with a fingertip there is nothing to type them on. */
export function RowNumber({ id, number }: RowNumberProps) {
  const text = useText();
  if (number === null) return null;
  return (
    <span id={id} className={styles.number}>
      <Hidden>{text("safety.row.number")} </Hidden>
      {shownNumber(number)}
    </span>
  );
}

/** The acts of an open row. */
export function RowActs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="group" aria-label={label} className={styles.acts}>
      {children}
    </div>
  );
}

export interface RowActProps {
  icon: LucideIcon;
  isDanger?: boolean;
  /** Stands away from the act before it, with which it must not be mistaken. */
  isApart?: boolean;
  /** A key that does the same; shown, not handled here. */
  shortcut?: string;
  onPress: () => void;
  children: string;
}

export function RowAct({ icon, isDanger, isApart, shortcut, onPress, children }: RowActProps) {
  const keyWords = useKeyWords();
  return (
    <Button
      className={classes(styles.act, isDanger && styles.danger, isApart && styles.apart)}
      onPress={onPress}
    >
      <Icon of={icon} size={18} />
      {children}
      {shortcut !== undefined && (
        <kbd className={styles.key} aria-hidden>
          {keyWords(shortcut)}
        </kbd>
      )}
    </Button>
  );
}
