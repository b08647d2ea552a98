import { useId } from "react";
import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import styles from "./Choice.module.css";
import { classes } from "./classes";

export interface ChoiceOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

export interface ChoiceProps<Value extends string> {
  label: string;
  hint?: string;
  /** Null while nothing is chosen. */
  value: Value | null;
  options: readonly ChoiceOption<Value>[];
  onChange: (value: Value) => void;
  /** Why nothing can be chosen, said beside the label. */
  lockedBecause?: string | null;
  error?: string | null;
  /** "row": short words side by side; "list": one under the other, with their hints. */
  layout?: "row" | "list";
  /** What is chosen takes the focus when it appears. */
  autoFocus?: boolean;
}

/** One of a few, all in sight; arrows walk, and what is chosen is in force at once. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, hint, value, options, onChange, lockedBecause = null, error = null, layout = "row" } = props;
  const { autoFocus = false } = props;
  const id = useId();
  const isLocked = lockedBecause !== null;
  const under = lockedBecause ?? hint;
  return (
    <RadioGroup
      className={classes(styles.choice, styles[layout])}
      value={value}
      onChange={(chosen) => {
        const option = options.find((one) => one.value === chosen);
        if (option !== undefined) onChange(option.value);
      }}
      isDisabled={isLocked}
      isInvalid={error !== null}
      validationBehavior="aria"
      aria-describedby={
        classes(under !== undefined && `${id}-hint`, error !== null && `${id}-error`) || undefined
      }
      orientation={layout === "row" ? "horizontal" : "vertical"}
    >
      <div className={styles.words}>
        <Label className={styles.label}>{label}</Label>
        {under !== undefined && (
          <span id={`${id}-hint`} className={styles.hint}>
            {under}
          </span>
        )}
        {error !== null && (
          <span id={`${id}-error`} className={styles.error} role="alert">
            {error}
          </span>
        )}
      </div>
      <div className={styles.options}>
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            className={styles.option}
            autoFocus={autoFocus && option.value === value}
          >
            <span>{option.label}</span>
            {option.hint !== undefined && <span className={styles.optionHint}>{option.hint}</span>}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
