import { CircleAlert, Info, ShieldCheck, TriangleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./Icon";
import styles from "./Notice.module.css";

export type NoticeKind = "trust" | "quiet" | "attention" | "trouble";

const ICONS: Readonly<Record<NoticeKind, LucideIcon>> = {
  trust: ShieldCheck,
  quiet: Info,
  attention: TriangleAlert,
  trouble: CircleAlert,
};

export interface NoticeProps {
  kind?: NoticeKind;
  icon?: LucideIcon;
  children: ReactNode;
  className?: string;
}

/** A few sentences set apart. Trouble is read aloud as soon as it appears. */
export function Notice({ kind = "trust", icon, children, className }: NoticeProps) {
  return (
    <div
      className={classes(styles.notice, styles[kind], className)}
      role={kind === "trouble" ? "alert" : undefined}
    >
      <Icon of={icon ?? ICONS[kind]} />
      <div className={styles.body}>{children}</div>
    </div>
  );
}
