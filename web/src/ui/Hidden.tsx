import type { ComponentPropsWithoutRef } from "react";
import styles from "./Hidden.module.css";

/** Words for assistive technology only. */
export function Hidden(props: ComponentPropsWithoutRef<"span">) {
  return <span {...props} className={styles.hidden} />;
}
