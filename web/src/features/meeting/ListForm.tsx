import { FileSpreadsheet } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import type { InvitationsMade, Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { TextArea } from "../../ui/TextArea";
import { ListPreview } from "./ListPreview";
import styles from "./Meeting.module.css";
import { useList } from "./useList";

const FILES = ".xlsx,.ods,.csv,.txt,.tsv";

export interface ListFormProps {
  meeting: Meeting;
  /** Whether those with an address get their links by mail. */
  isSent: boolean;
  onMade: (made: InvitationsMade) => void;
}

/** A list that is pasted or chosen as a file; then what was understood of it. */
export function ListForm({ meeting, isSent, onMade }: ListFormProps) {
  const text = useText();
  const errorText = useErrorText();
  const [pasted, setPasted] = useState("");
  const [isMissing, setMissing] = useState(false);
  const list = useList(meeting, isSent, (made) => {
    setPasted("");
    onMade(made);
  });
  if (list.preview !== null) return <ListPreview list={list} preview={list.preview} />;

  function submit(event: FormEvent) {
    event.preventDefault();
    const isEmpty = pasted.trim() === "";
    setMissing(isEmpty);
    if (!isEmpty) list.read(new Blob([pasted]));
  }
  const refusal = list.error === null ? null : errorText(list.error);
  return (
    <form className={styles.section} onSubmit={submit} noValidate>
      <TextArea
        isRequired
        label={text("list.text")}
        hint={text("list.text.hint")}
        placeholder={text("list.text.example")}
        rows={6}
        value={pasted}
        onChange={(value) => {
          setPasted(value);
          setMissing(false);
        }}
        error={isMissing ? text("list.missing") : refusal}
      />
      <div className={styles.acts}>
        <Button type="submit" kind="primary" isPending={list.isBusy}>
          {text("list.check")}
        </Button>
        <ChooseFile onChosen={(file) => list.read(file)} />
      </div>
    </form>
  );
}

function ChooseFile({ onChosen }: { onChosen: (file: Blob) => void }) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className={styles.file}>
      <Button onPress={() => input.current?.click()}>
        <Icon of={FileSpreadsheet} />
        {text("list.file")}
      </Button>
      <input
        ref={input}
        type="file"
        accept={FILES}
        hidden
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          // The same file, changed meanwhile, can be chosen once more.
          event.target.value = "";
          if (chosen !== undefined) onChosen(chosen);
        }}
      />
      <span className={styles.small}>{text("list.file.hint")}</span>
    </span>
  );
}
