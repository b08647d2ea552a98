import styles from "./Home.module.css";

function Person({ x, className }: { x: number; className: string | undefined }) {
  return (
    <g className={className} transform={`translate(${x} 0)`}>
      <circle cx="0" cy="148" r="13" />
      <path d="M-22 200c0-20 9-34 22-34s22 14 22 34z" />
    </g>
  );
}

/** A covered yard: a roof, posts, and people who talk under it. */
export function Drawing() {
  return (
    <svg className={styles.drawing} viewBox="0 0 420 220" fill="none" aria-hidden>
      <path className={styles.shade} d="M52 92h316v108H52z" />
      <path className={styles.roof} d="M210 14 396 84a6 6 0 0 1-2 11.600H26A6 6 0 0 1 24 84z" />
      <path className={styles.posts} d="M60 96v104M360 96v104" strokeWidth="9" strokeLinecap="round" />
      <Person x={142} className={styles.a} />
      <Person x={210} className={styles.b} />
      <Person x={278} className={styles.c} />
      <path className={styles.ground} d="M8 203h404" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}
