import { ChevronDown } from "lucide-react";
import { useId } from "react";
import { classes } from "./classes";
import styles from "./Field.module.css";
import hidden from "./Hidden.module.css";
import { Icon } from "./Icon";

export interface SelectProps {
  label: string;
  /** The label is for screen readers alone: what stands beside it says the same. */
  isLabelHidden?: boolean;
  value: string;
  onChange: (value: string) => void;
  options: readonly { readonly value: string; readonly label: string }[];
  isDisabled?: boolean;
  hint?: string;
}

/** One of a few: the platform's own list, which every phone and screen reader knows. */
export function Select({
  label,
  isLabelHidden = false,
  value,
  onChange,
  options,
  isDisabled,
  hint,
}: SelectProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isLabelHidden ? hidden.hidden : styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <select
          id={id}
          className={classes(styles.input, styles.select)}
          value={value}
          disabled={isDisabled}
          aria-describedby={hint === undefined ? undefined : hintId}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon of={ChevronDown} size={18} className={styles.arrow} />
      </div>
      {hint !== undefined && (
        <span id={hintId} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}
