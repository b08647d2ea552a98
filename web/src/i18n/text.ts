import type { ReactNode } from "react";
import { useIntl } from "react-intl";
import type { MessageId } from "./catalogue.en";

export type TextValues = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;
export type Text = (id: MessageId, values?: TextValues) => string;
export type RichValues = Readonly<
  Record<string, string | number | ReactNode | ((parts: ReactNode[]) => ReactNode)>
>;

/** The sentences of the chosen language by their id: `const text = useText(); text("home.title")`. */
export function useText(): Text {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values ? { ...values } : undefined);
}

/** As useText, for sentences with elements inside: `rich("left.lead", { b: (parts) => <b>{parts}</b> })`. */
export function useRichText(): (id: MessageId, values: RichValues) => ReactNode {
  const intl = useIntl();
  return (id, values) => intl.formatMessage({ id }, values as Parameters<typeof intl.formatMessage>[1]);
}
