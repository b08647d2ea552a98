import { Hand, Mic, MicOff, MonitorUp, TriangleAlert, WifiOff } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { Person, Share } from "../../room/view";
import { useText, type MessageId } from "../../i18n";
import { classes } from "../../ui/classes";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { initials } from "../../ui/initials";
import { Picture } from "./Picture";
import styles from "./Tile.module.css";

export interface TileProps {
  person: Person;
  /** Place in the grid, as CSS writes it. */
  column?: string;
  /** The picture is shown whole, whatever the shape of the tile. */
  isWhole?: boolean;
  className?: string;
}

/** One person: the picture or initials, the name, and everything about them that must be seen at a glance. */
function WholeTile({ person, column, isWhole, className }: TileProps) {
  return (
    <figure
      aria-label={person.name}
      className={classes(
        styles.tile,
        person.is_speaking && styles.speaking,
        person.is_reconnecting && styles.away,
        className,
      )}
      style={column === undefined ? undefined : { gridColumn: column }}
    >
      <span className={styles.initials} aria-hidden>
        {initials(person.name)}
      </span>
      {person.camera !== null && (
        <Picture picture={person.camera} isMirrored={person.is_me} isWhole={isWhole} />
      )}
      <Marks person={person} />
      <Who person={person} />
    </figure>
  );
}

/** Drawn anew only when something about this person changed, whoever else comes and goes. */
export const Tile = memo(WholeTile);

const ROLE_WORDS: Readonly<Record<Person["role"], MessageId | null>> = {
  host: "call.tile.host",
  cohost: "safety.tile.cohost",
  observer: "safety.tile.observer",
  participant: null,
};

function Who({ person }: { person: Person }) {
  const text = useText();
  return (
    <figcaption className={styles.who}>
      <Icon of={person.is_muted ? MicOff : Mic} size={16} />
      {person.is_muted && <Hidden>{text("call.tile.microphoneOff")}</Hidden>}
      <span className={styles.name}>{person.is_me ? text("call.tile.you") : person.name}</span>
      {ROLE_WORDS[person.role] !== null && (
        <span className={styles.role}>· {text(ROLE_WORDS[person.role] ?? "call.tile.host")}</span>
      )}
    </figcaption>
  );
}

/** Top of the tile: a raised hand, a lost or a weak link. */
function Marks({ person }: { person: Person }) {
  const text = useText();
  const isWeak = person.quality === "poor" || person.quality === "lost";
  return (
    <span className={styles.marks}>
      {person.hand_raised_at !== null && (
        <span className={styles.hand}>
          <Icon of={Hand} size={18} />
          <Hidden>{text("call.tile.hand")}</Hidden>
        </span>
      )}
      {person.is_reconnecting ? (
        <span className={styles.mark}>
          <Icon of={WifiOff} size={16} />
          <span className={styles.words}>{text("call.tile.reconnecting")}</span>
        </span>
      ) : (
        isWeak && (
          <span className={styles.mark}>
            <Icon of={TriangleAlert} size={16} />
            <span className={styles.words}>{text("call.tile.weak")}</span>
          </span>
        )
      )}
    </span>
  );
}

/** A shared screen, whole. */
export function ScreenTile({ share, children }: { share: Share; children?: ReactNode }) {
  const text = useText();
  const { person } = share;
  const label = person.is_me ? text("call.tile.ownScreen") : text("call.tile.screen", { name: person.name });
  return (
    <figure aria-label={label} className={classes(styles.tile, styles.screen)}>
      <span className={styles.arriving} aria-hidden>
        {text("call.share.arriving")}
      </span>
      <Picture picture={share.picture} isWhole />
      <figcaption className={styles.who}>
        <Icon of={MonitorUp} size={16} />
        <span className={styles.name}>{label}</span>
      </figcaption>
      {children}
    </figure>
  );
}
