import { PasswordField, type PasswordFieldProps } from "./TextField";

/** The shortest password the server takes, in characters. */
export const PASSWORD_MINIMUM = 8;

export function isLongEnough(password: string): boolean {
  return Array.from(password).length >= PASSWORD_MINIMUM;
}

/** A password being chosen: the browser may offer to make and keep one. */
export function NewPasswordField(props: PasswordFieldProps) {
  return <PasswordField {...props} autoComplete="new-password" />;
}
