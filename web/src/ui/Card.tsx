import type { ComponentPropsWithoutRef } from "react";
import styles from "./Card.module.css";
import { classes } from "./classes";

/** A surface on the page. */
export function Card({ className, ...rest }: ComponentPropsWithoutRef<"div">) {
  return <div {...rest} className={classes(styles.card, className)} />;
}
