import styles from "./Avatar.module.css";
import { classes } from "./classes";
import { initials } from "./initials";

export interface AvatarProps {
  name: string;
  /** "tile" is the large one shown where a picture would be. */
  size?: "regular" | "tile";
}

/** Somebody's initials; their name stands beside it, so this is for the eye only. */
export function Avatar({ name, size = "regular" }: AvatarProps) {
  return (
    // Drawn by the style sheet, so that the letters are no part of the name of a button around them.
    <span
      className={classes(styles.avatar, size === "tile" && styles.onTile)}
      data-initials={initials(name)}
      aria-hidden
    />
  );
}
