import {
  ToggleButton as AriaToggleButton,
  type ToggleButtonProps as AriaToggleButtonProps,
} from "react-aria-components/ToggleButton";
import styles from "./Button.module.css";
import { classes } from "./classes";

export type ToggleButtonProps = Omit<AriaToggleButtonProps, "className"> & { className?: string };

/** A thing that is on or off: its name stays, `aria-pressed` says which. */
export function ToggleButton({ className, ...rest }: ToggleButtonProps) {
  return <AriaToggleButton {...rest} className={classes(styles.button, styles.toggle, className)} />;
}
