import { useState, type FormEvent } from "react";
import type { Person } from "../../room/view";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { TextField } from "../../ui/TextField";
import { useCall } from "./CallContext";

const NAME_LIMIT = 64;

interface PersonDialogProps {
  person: Person;
  onClose: () => void;
}

export function RenamePersonDialog({ person, onClose }: PersonDialogProps) {
  const text = useText();
  const call = useCall();
  const [name, setName] = useState(person.name);
  const [isMissing, setMissing] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "") return setMissing(true);
    call.ask({ type: "rename", participant_id: person.is_me ? null : person.id, name: chosen });
    onClose();
  }

  const title = person.is_me
    ? text("safety.person.renameMe")
    : text("safety.rename.title", { name: person.name });
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField
          label={text("safety.rename.label")}
          value={name}
          onChange={(value) => {
            setName(value);
            setMissing(false);
          }}
          error={isMissing ? text("safety.rename.missing") : null}
          maxLength={NAME_LIMIT}
          // The dialog was opened to type here.
          autoFocus
        />
        <DialogActs>
          <Button onPress={onClose}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary">
            {text("frame.save")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

export function HandOverDialog({ person, onClose }: PersonDialogProps) {
  const text = useText();
  const call = useCall();
  const { name } = person;
  function handOver() {
    call.ask({ type: "set-role", participant_id: person.id, role: "host" });
    onClose();
  }
  return (
    <Dialog title={text("safety.handOver.title", { name })} isOpen onClose={onClose} isAlert>
      <p>{text("safety.handOver.lead", { name })}</p>
      <DialogActs>
        <Button onPress={onClose} autoFocus>
          {text("frame.cancel")}
        </Button>
        <Button kind="primary" onPress={handOver}>
          {text("safety.handOver.confirm")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

/** Before everybody is taken out. */
export function EndDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const call = useCall();
  return (
    <Dialog title={text("safety.end.title")} isOpen onClose={onClose} isAlert>
      <p>{text("safety.end.lead")}</p>
      <DialogActs>
        <Button onPress={onClose}>{text("safety.end.keep")}</Button>
        <Button kind="danger" autoFocus onPress={() => call.ask({ type: "end" })}>
          {text("safety.end")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}
