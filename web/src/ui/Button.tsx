import type { ComponentPropsWithoutRef, KeyboardEvent } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components/Button";
import { Link, type LinkProps } from "react-router";
import styles from "./Button.module.css";
import { classes } from "./classes";

export type ButtonKind = "plain" | "primary" | "danger" | "quiet";

interface Looks {
  kind?: ButtonKind;
  size?: "regular" | "large";
  /** Fills its row. */
  isWide?: boolean;
  /** Holds an icon alone; only for close and more, and always with an aria-label. */
  isSquare?: boolean;
}

function look({ kind = "plain", size = "regular", isWide, isSquare }: Looks, className?: string): string {
  return classes(
    styles.button,
    kind !== "plain" && styles[kind],
    size === "large" && styles.large,
    isWide && styles.wide,
    isSquare && styles.square,
    className,
  );
}

export type ButtonProps = Looks & Omit<AriaButtonProps, "className"> & { className?: string };

/** An act. While `isPending` it keeps its focus and its name, and cannot be pressed again. */
export function Button({ kind, size, isWide, isSquare, className, ...rest }: ButtonProps) {
  return <AriaButton {...rest} className={look({ kind, size, isWide, isSquare }, className)} />;
}

export type LightButtonProps = Looks & ComponentPropsWithoutRef<"button">;

/** The browser's own button, many times cheaper to draw: for rows that come by the dozen and what changes with them. */
export function LightButton({ kind, size, isWide, isSquare, className, ...rest }: LightButtonProps) {
  return (
    <button
      type="button"
      onKeyDown={pressOnce}
      {...rest}
      className={look({ kind, size, isWide, isSquare }, className)}
    />
  );
}

/** Enter that is held would press again and again, also what the focus has gone to since. */
function pressOnce(event: KeyboardEvent): void {
  if (event.repeat && event.key === "Enter") event.preventDefault();
}

export type LinkButtonProps = Looks & LinkProps;

/** A way to another page that looks like an act. */
export function LinkButton({ kind, size, isWide, isSquare, className, ...rest }: LinkButtonProps) {
  return <Link {...rest} className={look({ kind, size, isWide, isSquare }, className)} />;
}
