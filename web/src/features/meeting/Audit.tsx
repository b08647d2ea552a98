import { useState } from "react";
import { useIntl } from "react-intl";
import { useAccount } from "../../account";
import { api, type AuditRecord, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Notice } from "../../ui/Notice";
import styles from "./Meeting.module.css";

/** Who did what, and who tried to. Fetched when it is asked for. */
export function Audit({ meeting }: { meeting: Meeting }) {
  const text = useText();
  const errorText = useErrorText();
  const [records, setRecords] = useState<readonly AuditRecord[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const show = () => {
    api.audit(meeting.id).then((found) => {
      setError(null);
      setRecords(found);
    }, setError);
  };
  return (
    <Card className={styles.section}>
      <div>
        <h2>{text("meeting.audit")}</h2>
        <p className={styles.lead}>{text("meeting.audit.lead")}</p>
      </div>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {records === null ? (
        <div>
          <Button onPress={show}>{text("meeting.audit.show")}</Button>
        </div>
      ) : (
        <Records records={records} />
      )}
    </Card>
  );
}

function Records({ records }: { records: readonly AuditRecord[] }) {
  const text = useText();
  if (records.length === 0) return <p className={styles.small}>{text("meeting.audit.none")}</p>;
  return (
    // It scrolls sideways where it must, and so the keyboard has to reach it.
    <div className={styles.scroll} role="region" aria-label={text("meeting.audit")} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{text("meeting.audit.when")}</th>
            <th scope="col">{text("meeting.audit.what")}</th>
            <th scope="col">{text("meeting.audit.who")}</th>
            <th scope="col">{text("meeting.audit.result")}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record, index) => (
            <Row key={index} record={record} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ record }: { record: AuditRecord }) {
  const text = useText();
  const intl = useIntl();
  const { signIn } = useAccount();
  const isMine = signIn.state === "signed-in" && record.actor_id === signIn.account.id;
  const other =
    record.participant_id === null
      ? text("meeting.audit.server")
      : text("meeting.audit.participant", { id: record.participant_id });
  return (
    <tr>
      <td>{intl.formatDate(record.at, { dateStyle: "medium", timeStyle: "medium" })}</td>
      <td>
        <code>{record.action}</code>
        {record.action === "more-refused" && ` ${text("meeting.audit.more", { count: record.times })}`}
      </td>
      <td>{isMine ? text("meeting.audit.you") : other}</td>
      <td className={record.allowed ? undefined : styles.refused}>
        {text(record.allowed ? "meeting.audit.done" : "meeting.audit.refused")}
      </td>
    </tr>
  );
}
