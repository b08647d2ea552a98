import type { ComponentPropsWithoutRef } from "react";
import styles from "./Hidden.module.css";

/** Words for assistive technology only. */
export function Hidden(props: ComponentPropsWithoutRef<"span">) {
  return <span {...props} data-hidden-from-sight="" className={styles.hidden} />;
}
