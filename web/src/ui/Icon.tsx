import type { LucideIcon } from "lucide-react";

export interface IconProps {
  /** A picture of lucide-react. */
  of: LucideIcon;
  /** Edge length in CSS pixels. */
  size?: number;
  className?: string;
}

/** A drawing beside words; never the only name of a thing, so it is hidden from assistive technology. */
export function Icon({ of: Drawing, size = 20, className }: IconProps) {
  return <Drawing size={size} strokeWidth={1.8} aria-hidden focusable={false} className={className} />;
}
