import { useState } from "react";
import { api, type OpenedCase } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Reported, ReportForm } from "../../report";
import type { ReportCategory } from "../../room/wire";
import { Dialog } from "../../ui/Dialog";

export interface LateReportProps {
  /** What came with the admission and says who was in which room. */
  ticket: string;
  onClose: () => void;
}

/** A report by who is no longer in the room, to the same person as from inside. */
export function LateReport({ ticket, onClose }: LateReportProps) {
  const text = useText();
  const errorText = useErrorText();
  const [opened, setOpened] = useState<OpenedCase | null>(null);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (category: ReportCategory, words: string) => {
    setSending(true);
    setError(null);
    try {
      setOpened(await api.reportLate({ ticket, category, text: words }));
    } catch (reason) {
      setError(reason);
    } finally {
      setSending(false);
    }
  };
  return (
    <Dialog
      title={text(opened === null ? "safety.report.title" : "safety.report.done.title")}
      isOpen
      onClose={onClose}
    >
      {opened === null ? (
        <ReportForm
          wordsLabel={text("left.report.text")}
          isSending={isSending}
          error={error === null ? null : errorText(error)}
          onSend={(category, words) => void send(category, words)}
          onClose={onClose}
        />
      ) : (
        <Reported number={opened.case_number} secret={opened.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}
