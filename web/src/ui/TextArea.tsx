import { useId } from "react";
import { classes } from "./classes";
import styles from "./Field.module.css";

export interface TextAreaProps {
  label: string;
  isRequired?: boolean;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  maxLength?: number;
  placeholder?: string;
  error?: string | null;
}

/** Several lines of text with their label. */
export function TextArea(props: TextAreaProps) {
  const { label, isRequired, hint, value, onChange, rows = 3, maxLength, placeholder, error = null } = props;
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <textarea
        id={id}
        className={classes(styles.input, styles.area)}
        rows={rows}
        value={value}
        maxLength={maxLength}
        placeholder={placeholder}
        aria-required={isRequired}
        aria-invalid={error !== null}
        aria-describedby={
          classes(hint !== undefined && `${id}-hint`, error !== null && `${id}-error`) || undefined
        }
        onChange={(event) => onChange(event.target.value)}
      />
      {hint !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
      {error !== null && (
        <span id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}
