import { useIntl } from "react-intl";
import { isApiError } from "../api";
import { useText } from "./text";

/** What forms call their fields, by the names the server gives them. */
const FIELDS = [
  "name",
  "email",
  "password",
  "present",
  "title",
  "passcode",
  "outcome",
  "safeguarding_contact",
  "send",
] as const;
type FieldName = (typeof FIELDS)[number];

/** The fields the server finds wrong, as far as forms have a word for them; of a list (`people.3.email`) the last name. */
export function wrongFields(fields: Readonly<Record<string, string>>): readonly FieldName[] {
  const named = new Set(Object.keys(fields).map((path) => path.split(".").at(-1)));
  return FIELDS.filter((name) => named.has(name));
}

/** Turns whatever a request failed with into a sentence that says what to do. */
export function useErrorText(): (error: unknown) => string {
  const text = useText();
  const intl = useIntl();
  return (error) => {
    if (!isApiError(error)) return text("error.internal");
    if (error.code === "rate-limited" && error.retryAfter_s !== null) {
      return text("error.rate-limited.wait", { seconds: Math.ceil(error.retryAfter_s) });
    }
    const wrong = error.code === "invalid-fields" ? wrongFields(error.fields) : [];
    if (wrong.length > 0) {
      const fields = intl.formatList(wrong.map((name) => text(`error.field.${name}`)));
      return text("error.invalid-fields.named", { fields });
    }
    return text(`error.${error.code}`);
  };
}
