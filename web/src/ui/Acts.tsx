import type { ReactNode } from "react";
import styles from "./Acts.module.css";

/** The buttons under the words of a page; the main one first. */
export function Acts({ children }: { children: ReactNode }) {
  return <div className={styles.acts}>{children}</div>;
}
