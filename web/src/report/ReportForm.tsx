import { Flag } from "lucide-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { useText } from "../i18n";
import { MAX_REPORT_CHARACTERS, REPORT_CATEGORIES, type ReportCategory } from "../room/wire";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Choice";
import { DialogActs } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { Notice } from "../ui/Notice";
import { TextArea } from "../ui/TextArea";
import styles from "./Report.module.css";

export interface ReportFormProps {
  /** What is asked for in words. */
  wordsLabel: string;
  isSending: boolean;
  error?: string | null;
  /** Whom it is about, before the words; what is shown, after them. */
  whom?: ReactNode;
  evidence?: ReactNode;
  onSend: (category: ReportCategory, words: string) => void;
  onClose: () => void;
}

/** What everybody says who reports: what it is about, and in their own words what happened. */
export function ReportForm(props: ReportFormProps) {
  const { wordsLabel, isSending, error = null, whom, evidence, onSend, onClose } = props;
  const text = useText();
  const [category, setCategory] = useState<ReportCategory | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [words, setWords] = useState("");

  function send(event: FormEvent) {
    event.preventDefault();
    if (category === null) return setMissing(true);
    if (!isSending) onSend(category, words.trim());
  }

  return (
    <form className={styles.form} onSubmit={send} noValidate>
      <p>{text("safety.report.lead")}</p>
      <Choice
        layout="list"
        label={text("safety.report.category")}
        value={category}
        onChange={(chosen) => {
          setCategory(chosen);
          setMissing(false);
        }}
        error={isMissing ? text("safety.report.category.missing") : null}
        options={REPORT_CATEGORIES.map((value) => ({
          value,
          label: text(`safety.report.category.${value}`),
        }))}
      />
      {whom}
      <TextArea label={wordsLabel} value={words} onChange={setWords} maxLength={MAX_REPORT_CHARACTERS} />
      {evidence}
      {error !== null && <Notice kind="trouble">{error}</Notice>}
      <DialogActs>
        <Button onPress={onClose}>{text("frame.cancel")}</Button>
        <Button type="submit" kind="primary" isDisabled={isSending}>
          <Icon of={Flag} />
          {text("safety.report.send")}
        </Button>
      </DialogActs>
    </form>
  );
}
