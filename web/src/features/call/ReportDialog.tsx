import { useEffect, useState } from "react";
import { Reported, ReportForm } from "../../report";
import styles from "../../report/Report.module.css";
import type { ChatLine } from "../../room/view";
import { MAX_REPORTED_MESSAGES, type MessageId, type ParticipantId } from "../../room/wire";
import { useText } from "../../i18n";
import { Checkbox } from "../../ui/Checkbox";
import { Dialog } from "../../ui/Dialog";
import { Select } from "../../ui/Select";
import { useCall, useRoomParts } from "./CallContext";

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
        <FromInside about={about} onClose={onClose} />
      ) : (
        <Reported number={report.case_number} secret={report.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

function FromInside({ about, onClose }: ReportDialogProps) {
  const text = useText();
  const call = useCall();
  const { pending, chat } = useRoomParts("pending", "chat");
  const [whom, setWhom] = useState<ParticipantId | null>(about);
  const [lines, setLines] = useState<readonly MessageId[]>([]);
  const tick = (id: MessageId) =>
    setLines(lines.includes(id) ? lines.filter((one) => one !== id) : [...lines, id]);
  return (
    <ReportForm
      wordsLabel={text("safety.report.text")}
      isSending={pending.some((act) => act.type === "report")}
      whom={<Whom value={whom} onChange={setWhom} />}
      evidence={<Evidence lines={chat} ticked={lines} onTick={tick} />}
      onSend={(category, words) =>
        call.ask({ type: "report", category, participant_id: whom, text: words, message_ids: lines })
      }
      onClose={onClose}
    />
  );
}

interface WhomProps {
  value: ParticipantId | null;
  onChange: (value: ParticipantId | null) => void;
}

function Whom({ value, onChange }: WhomProps) {
  const text = useText();
  const people = useRoomParts("others").others.map((person) => ({ value: person.id, label: person.name }));
  return (
    <Select
      label={text("safety.report.about")}
      value={value ?? ""}
      onChange={(chosen) => onChange(chosen === "" ? null : (chosen as ParticipantId))}
      options={[{ value: "", label: text("safety.report.about.nobody") }, ...people]}
    />
  );
}

interface EvidenceProps {
  lines: readonly ChatLine[];
  ticked: readonly MessageId[];
  onTick: (id: MessageId) => void;
}

function Evidence({ lines, ticked, onTick }: EvidenceProps) {
  const text = useText();
  const written = lines.filter((line) => line.at !== null).slice(-MAX_REPORTED_MESSAGES);
  if (written.length === 0) return null;
  return (
    <details className={styles.evidence}>
      <summary>{text("safety.report.evidence", { count: ticked.length })}</summary>
      <p className={styles.hint}>{text("safety.report.evidence.hint")}</p>
      <ul>
        {written.map((line) => (
          <li key={line.message_id}>
            <Checkbox isChecked={ticked.includes(line.message_id)} onChange={() => onTick(line.message_id)}>
              <strong>{line.name}</strong> {line.text}
            </Checkbox>
          </li>
        ))}
      </ul>
    </details>
  );
}
