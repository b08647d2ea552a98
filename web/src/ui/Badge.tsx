import type { ReactNode } from "react";
import styles from "./Badge.module.css";
import { classes } from "./classes";

export interface BadgeProps {
  kind?: "neutral" | "good" | "attention" | "trouble";
  children: ReactNode;
}

/** A word or two about the thing beside it. */
export function Badge({ kind = "neutral", children }: BadgeProps) {
  return <span className={classes(styles.badge, kind !== "neutral" && styles[kind])}>{children}</span>;
}
