import { useRichText, useText } from "../i18n";
import { Button } from "../ui/Button";
import { DialogActs } from "../ui/Dialog";
import styles from "./Report.module.css";

export interface ReportedProps {
  number: string;
  secret: string;
  onClose: () => void;
}

/** What a reporter keeps: the number, and the link to the outcome. */
export function Reported({ number, secret, onClose }: ReportedProps) {
  const text = useText();
  const rich = useRichText();
  const path = `/case#${encodeURIComponent(secret)}`;
  return (
    <div className={styles.form} role="status">
      <p>
        {rich("safety.report.done.lead", { number, b: (parts) => <strong key="number">{parts}</strong> })}
      </p>
      <p className={styles.link}>
        <a href={path} target="_blank" rel="noopener noreferrer">
          {window.location.origin}
          {path}
        </a>
      </p>
      <p className={styles.hint}>{text("safety.report.done.private")}</p>
      <DialogActs>
        <Button kind="primary" autoFocus onPress={onClose}>
          {text("call.close")}
        </Button>
      </DialogActs>
    </div>
  );
}
