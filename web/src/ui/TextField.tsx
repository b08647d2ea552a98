import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { useState, type ReactNode } from "react";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaProps,
} from "react-aria-components/TextField";
import { ToggleButton } from "react-aria-components/ToggleButton";
import buttonStyles from "./Button.module.css";
import { classes } from "./classes";
import styles from "./Field.module.css";
import { Icon } from "./Icon";

export interface TextFieldProps extends Omit<AriaProps, "className" | "children" | "isInvalid"> {
  /** Always said to assistive technology; left out of sight with `isLabelHidden`. */
  label: string;
  isLabelHidden?: boolean;
  hint?: ReactNode;
  placeholder?: string;
  /** What is wrong and what would be right; shown and read with the field. */
  error?: string | null;
  size?: "regular" | "large";
  className?: string;
}

interface BoxProps extends TextFieldProps {
  tool?: ReactNode;
}

function Field({ label, isLabelHidden, hint, placeholder, error, size, className, tool, ...rest }: BoxProps) {
  const isWrong = error !== null && error !== undefined && error !== "";
  const shape = classes(styles.field, size === "large" && styles.large, tool != null && styles.withTool);
  return (
    <AriaTextField
      {...rest}
      {...(isLabelHidden ? { "aria-label": label } : {})}
      isInvalid={isWrong}
      validationBehavior="aria"
      className={classes(shape, className)}
    >
      {isLabelHidden ? null : <Label className={styles.label}>{label}</Label>}
      <div className={styles.box}>
        <Input className={styles.input} placeholder={placeholder} />
        {tool != null && <div className={styles.tool}>{tool}</div>}
      </div>
      {hint != null && (
        <Text slot="description" className={styles.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={styles.error}>
        <Icon of={CircleAlert} size={18} />
        <span>{error}</span>
      </FieldError>
    </AriaTextField>
  );
}

/**
 * One line of text with its label, a hint under it, and the error where the eye is. Of a form's fields each is
 * `isRequired`, or its label says that it may be left out.
 */
export function TextField(props: TextFieldProps) {
  return <Field {...props} />;
}

export interface PasswordFieldProps extends TextFieldProps {
  /** The name of the button that makes the password readable. */
  showLabel: string;
}

/** A password that can be looked at before it is sent. */
export function PasswordField({ showLabel, ...props }: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const eye = (
    <ToggleButton
      aria-label={showLabel}
      isSelected={isShown}
      onChange={setShown}
      className={classes(buttonStyles.button, buttonStyles.quiet, buttonStyles.square)}
    >
      <Icon of={isShown ? EyeOff : Eye} />
    </ToggleButton>
  );
  return <Field {...props} type={isShown ? "text" : "password"} tool={eye} />;
}
