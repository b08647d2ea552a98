import { useState, type FormEvent } from "react";
import { api, isApiError, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Notice } from "../../ui/Notice";
import { TextField } from "../../ui/TextField";

/** As the server has it. */
export const TITLE_LIMIT = 120;

export interface MeetingDialogProps {
  meeting: Meeting;
  title: string;
  onClose: () => void;
}

export function RenameDialog({ meeting, onClose, onRenamed }: RenameDialogProps) {
  const text = useText();
  const errorText = useErrorText();
  const [name, setName] = useState(meeting.title);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "") return setError(text("home.rename.missing"));
    setBusy(true);
    api.changeMeeting(meeting.id, { title: chosen }).then(onRenamed, (reason: unknown) => {
      setBusy(false);
      setError(errorText(reason));
    });
  }

  return (
    <Dialog title={text("home.rename.title")} isOpen onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField
          isRequired
          label={text("home.rename.label")}
          hint={text("home.rename.hint")}
          value={name}
          onChange={(value) => {
            setName(value);
            setError(null);
          }}
          error={error}
          maxLength={TITLE_LIMIT}
          // The dialog was opened to type here.
          autoFocus
        />
        <DialogActs>
          <Button onPress={onClose}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary" isPending={isBusy}>
            {text("frame.save")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

interface RenameDialogProps extends MeetingDialogProps {
  onRenamed: (meeting: Meeting) => void;
}

export function DeleteDialog({ meeting, title, onClose, onDeleted }: DeleteDialogProps) {
  const text = useText();
  const errorText = useErrorText();
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  function remove() {
    setBusy(true);
    api.deleteMeeting(meeting.id).then(onDeleted, (reason: unknown) => {
      // Gone already, from another device: that is what was asked for.
      if (isApiError(reason, "not-found", "meeting-unknown")) return onDeleted();
      setBusy(false);
      setError(errorText(reason));
    });
  }

  return (
    <Dialog title={text("home.delete.title", { title })} isOpen onClose={onClose} isAlert>
      {meeting.is_running && (
        <Notice kind="attention">
          <p>{text("home.delete.running", { count: meeting.participant_count })}</p>
        </Notice>
      )}
      <p>{text("home.delete.lead")}</p>
      {error !== null && <Notice kind="trouble">{error}</Notice>}
      <DialogActs>
        <Button onPress={onClose} autoFocus>
          {text("home.delete.keep")}
        </Button>
        <Button kind="danger" onPress={remove} isPending={isBusy}>
          {text("home.delete.confirm")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

interface DeleteDialogProps extends MeetingDialogProps {
  onDeleted: () => void;
}
