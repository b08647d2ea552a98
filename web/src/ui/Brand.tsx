import { Link } from "react-router";
import styles from "./Brand.module.css";

/** A roof, and people under it. */
export function BrandMark({ className }: { className?: string }) {
  return (
    <svg
      className={className ?? styles.mark}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M2 14 16 5l14 9" />
      <path d="M6 13v13M26 13v13" />
      <circle cx="12" cy="20" r="2.4" />
      <circle cx="20" cy="20" r="2.4" />
      <path d="M8.500 27c.5-2.400 1.800-3.600 3.500-3.600s3 1.200 3.500 3.600M16.500 27c.5-2.400 1.800-3.600 3.500-3.600s3 1.200 3.500 3.600" />
    </svg>
  );
}

export function Brand({ name }: { name: string }) {
  return (
    <Link to="/" className={styles.brand}>
      <BrandMark />
      {name}
    </Link>
  );
}
