import styles from "./Loading.module.css";

/** Says what is being waited for, when the wait is long enough to notice. */
export function Loading({ children }: { children: string }) {
  return (
    <p className={styles.loading} role="status">
      <span className={styles.wheel} aria-hidden />
      {children}
    </p>
  );
}
