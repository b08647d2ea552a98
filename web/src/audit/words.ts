import { useIntl } from "react-intl";
import { useAccount } from "../account";
import type { AuditRecord } from "../api";
import { useText, type Text } from "../i18n";
import { ACTS } from "./acts";

export type Names = Readonly<Record<string, string>>;

function actOf(record: AuditRecord, text: Text): string {
  const known = ACTS.find((act) => act === record.action);
  if (known !== undefined) return text(`act.${known}`);
  return text(record.action.startsWith("media-") ? "audit.act.media" : "audit.act.other");
}

function whoOf(record: AuditRecord, names: Names, own: string | null, text: Text): string {
  if (record.actor_id !== null && record.actor_id === own) return text("meeting.audit.you");
  if (record.actor_id !== null) return names[record.actor_id] ?? text("audit.who.erased");
  if (record.participant_id !== null) {
    return text("meeting.audit.participant", { id: record.participant_id });
  }
  if (!record.allowed) return text("audit.who.stranger");
  return text(record.action === "ask-for-link" ? "audit.who.stranger" : "audit.who.shell");
}

export interface ActInWords {
  readonly at: string;
  readonly what: string;
  readonly times: string;
  readonly who: string;
  readonly about: string;
  readonly outcome: string;
}

/** Puts a record into words. */
export function useActWords(): (record: AuditRecord, names: Names) => ActInWords {
  const text = useText();
  const intl = useIntl();
  const { signIn } = useAccount();
  const own = signIn.state === "signed-in" ? signIn.account.id : null;
  return (record, names) => ({
    at: intl.formatDate(record.at, { dateStyle: "medium", timeStyle: "medium" }),
    what: actOf(record, text),
    times: record.times === 1 ? "" : text("audit.times", { count: record.times }),
    who: whoOf(record, names, own, text),
    about: record.subject_id === record.actor_id ? "" : (names[record.subject_id] ?? ""),
    outcome: text(record.allowed ? "meeting.audit.done" : "meeting.audit.refused"),
  });
}
