import { Flag } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import type { ChatLine, RoomView } from "../../room/view";
import {
  MAX_REPORT_CHARACTERS,
  MAX_REPORTED_MESSAGES,
  REPORT_CATEGORIES,
  type MessageId,
  type ParticipantId,
  type ReportCategory,
} from "../../room/wire";
import { useRichText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Checkbox } from "../../ui/Checkbox";
import { Choice } from "../../ui/Choice";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { Select } from "../../ui/Select";
import { TextArea } from "../../ui/TextArea";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./ReportDialog.module.css";

export interface ReportDialogProps {
  /** Whom it was opened for; null: nobody in particular. */
  about: ParticipantId | null;
  onClose: () => void;
}

/** To the organisation's own contact, with what the reporter chooses to show and nothing else. */
export function ReportDialog({ about, onClose }: ReportDialogProps) {
  const text = useText();
  const call = useCall();
  const { report } = useRoomParts("report");
  useEffect(() => () => call.dispatch({ type: "forget-report" }), [call]);
  const isDone = report !== null;
  return (
    <Dialog
      title={text(isDone ? "safety.report.done.title" : "safety.report.title")}
      isOpen
      onClose={onClose}
    >
      {report === null ? (
        <ReportForm about={about} onClose={onClose} />
      ) : (
        <Done report={report} onClose={onClose} />
      )}
    </Dialog>
  );
}

function useReport(about: ParticipantId | null) {
  const [category, setCategory] = useState<ReportCategory | null>(null);
  const [isMissing, setMissing] = useState(false);
  const [whom, setWhom] = useState<ParticipantId | null>(about);
  const [words, setWords] = useState("");
  const [lines, setLines] = useState<readonly MessageId[]>([]);
  const choose = (chosen: ReportCategory) => {
    setCategory(chosen);
    setMissing(false);
  };
  const tick = (id: MessageId) =>
    setLines(lines.includes(id) ? lines.filter((one) => one !== id) : [...lines, id]);
  return { category, choose, isMissing, setMissing, whom, setWhom, words, setWords, lines, tick };
}

type Report = ReturnType<typeof useReport>;

function ReportForm({ about, onClose }: ReportDialogProps) {
  const text = useText();
  const call = useCall();
  const { pending, chat } = useRoomParts("pending", "chat");
  const report = useReport(about);
  const isSending = pending.some((act) => act.type === "report");

  function send(event: FormEvent) {
    event.preventDefault();
    if (report.category === null) return report.setMissing(true);
    if (isSending) return;
    const { category, whom, words, lines } = report;
    call.ask({ type: "report", category, participant_id: whom, text: words.trim(), message_ids: lines });
  }

  return (
    <form className={styles.form} onSubmit={send} noValidate>
      <p>{text("safety.report.lead")}</p>
      <Choice
        layout="list"
        label={text("safety.report.category")}
        value={report.category}
        onChange={report.choose}
        error={report.isMissing ? text("safety.report.category.missing") : null}
        options={REPORT_CATEGORIES.map((value) => ({
          value,
          label: text(`safety.report.category.${value}`),
        }))}
      />
      <Whom report={report} />
      <TextArea
        label={text("safety.report.text")}
        value={report.words}
        onChange={report.setWords}
        maxLength={MAX_REPORT_CHARACTERS}
      />
      <Evidence lines={chat} report={report} />
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

function Whom({ report }: { report: Report }) {
  const text = useText();
  const people = useRoomParts("others").others.map((person) => ({ value: person.id, label: person.name }));
  return (
    <Select
      label={text("safety.report.about")}
      value={report.whom ?? ""}
      onChange={(value) => report.setWhom(value === "" ? null : (value as ParticipantId))}
      options={[{ value: "", label: text("safety.report.about.nobody") }, ...people]}
    />
  );
}

function Evidence({ lines, report }: { lines: readonly ChatLine[]; report: Report }) {
  const text = useText();
  const written = lines.filter((line) => line.at !== null).slice(-MAX_REPORTED_MESSAGES);
  if (written.length === 0) return null;
  return (
    <details className={styles.evidence}>
      <summary>{text("safety.report.evidence", { count: report.lines.length })}</summary>
      <p className={styles.hint}>{text("safety.report.evidence.hint")}</p>
      <ul>
        {written.map((line) => (
          <li key={line.message_id}>
            <Checkbox
              isChecked={report.lines.includes(line.message_id)}
              onChange={() => report.tick(line.message_id)}
            >
              <strong>{line.name}</strong> {line.text}
            </Checkbox>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Done({ report, onClose }: { report: NonNullable<RoomView["report"]>; onClose: () => void }) {
  const text = useText();
  const rich = useRichText();
  const { case_number: number, secret } = report;
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
