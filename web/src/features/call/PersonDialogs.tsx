import { useState, type FormEvent } from "react";
import type { Person } from "../../room/view";
import type { ParticipantId } from "../../room/wire";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Choice } from "../../ui/Choice";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { TextField } from "../../ui/TextField";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./PersonDialogs.module.css";

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
          isRequired
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

export interface HandOverDialogProps {
  /** Who may become the host: the co-hosts, or the one that was chosen. */
  people: readonly Person[];
  onClose: () => void;
}

/** The question comes with its answer focused: who pressed two keys for it meant it. */
export function HandOverDialog({ people, onClose }: HandOverDialogProps) {
  const text = useText();
  const call = useCall();
  const [chosen, setChosen] = useState<Person | undefined>(people[0]);
  // Whoever left meanwhile, or is no co-host any more, cannot be chosen.
  const person = people.find((one) => one.id === chosen?.id) ?? people[0];
  if (person === undefined) return <NobodyToHandOverTo onClose={onClose} />;
  function handOver(event: FormEvent) {
    event.preventDefault();
    if (person !== undefined) call.ask({ type: "set-role", participant_id: person.id, role: "host" });
    onClose();
  }
  const { name } = person;
  const isOne = people.length === 1;
  return (
    <Dialog title={text("safety.handOver.title", { name })} isOpen onClose={onClose} isAlert>
      <form onSubmit={handOver} className={styles.form}>
        {!isOne && (
          <Choice
            label={text("safety.handOver.whom")}
            layout="list"
            value={person.id}
            options={people.map((one) => ({ value: one.id, label: one.name }))}
            onChange={(id) => setChosen(people.find((one) => one.id === id))}
            autoFocus
          />
        )}
        <p>{text("safety.handOver.lead", { name })}</p>
        <DialogActs>
          <Button onPress={onClose}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary" autoFocus={isOne}>
            {text("safety.handOver.confirm")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

function NobodyToHandOverTo({ onClose }: { onClose: () => void }) {
  const text = useText();
  return (
    <Dialog title={text("safety.handOver.nobody.title")} isOpen onClose={onClose}>
      <p>{text("safety.handOver.nobody")}</p>
      <DialogActs>
        <Button kind="primary" onPress={onClose} autoFocus>
          {text("call.close")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

interface BanDialogProps {
  person: { readonly id: ParticipantId; readonly name: string };
  onClose: () => void;
}

/** Before somebody is kept out of the whole meeting. */
export function BanDialog({ person, onClose }: BanDialogProps) {
  const text = useText();
  const call = useCall();
  return (
    <Dialog title={text("safety.ban.title", { name: person.name })} isOpen onClose={onClose} isAlert>
      <p>{text("safety.ban.lead")}</p>
      <DialogActs>
        <Button onPress={onClose}>{text("frame.cancel")}</Button>
        <Button
          kind="danger"
          autoFocus
          onPress={() => {
            call.ask({ type: "ban", participant_id: person.id });
            onClose();
          }}
        >
          {text("safety.person.ban")}
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

/** Going back would leave the call: asked, because a thumb does it by a slip. */
export function BackDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const call = useCall();
  const { settings } = useRoomParts("settings");
  const kind = settings.kind === "class" ? "class" : "meeting";
  return (
    <Dialog title={text(`call.leave.title.${kind}`)} isOpen onClose={onClose} isAlert>
      <p>{text("call.back.lead")}</p>
      <DialogActs>
        <Button onPress={() => call.dispatch({ type: "leave" })}>{text("call.leave")}</Button>
        <Button kind="primary" autoFocus onPress={onClose}>
          {text("call.leave.stay")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}
