import { ClipboardList } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, isApiError, type Invitation, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Checkbox } from "../../ui/Checkbox";
import { Icon } from "../../ui/Icon";
import { TextArea } from "../../ui/TextArea";
import { TextField } from "../../ui/TextField";
import styles from "./Meeting.module.css";

const NAME_LIMIT = 64;

interface FormProps {
  meeting: Meeting;
  /** Whether those with an address get their links by mail. */
  isSent: boolean;
  onMade: (made: readonly Invitation[]) => void;
}

interface InviteFormsProps {
  meeting: Meeting;
  sendsMail: boolean;
  onMade: (made: readonly Invitation[]) => void;
}

/** One person by name, or a whole list out of a table or a mail. */
export function InviteForms({ meeting, sendsMail, onMade }: InviteFormsProps) {
  const text = useText();
  const [isList, setList] = useState(false);
  const [isSent, setSent] = useState(false);
  const form = { meeting, onMade, isSent: sendsMail && isSent };
  return (
    <>
      {sendsMail && (
        <Checkbox isChecked={isSent} onChange={setSent}>
          {text("meeting.invite.send")}
        </Checkbox>
      )}
      <OnePerson {...form} />
      {isList ? (
        <PastedList {...form} />
      ) : (
        <div>
          <Button onPress={() => setList(true)}>
            <Icon of={ClipboardList} />
            {text("meeting.list.open")}
          </Button>
        </div>
      )}
    </>
  );
}

function OnePerson({ meeting, isSent, onMade }: FormProps) {
  const text = useText();
  const errorText = useErrorText();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "") return setError(text("meeting.invite.name.missing"));
    const address = email.trim();
    setBusy(true);
    api
      .invite(
        meeting.id,
        { people: [{ name: chosen, ...(address === "" ? {} : { email: address }) }] },
        isSent,
      )
      .then(
        (made) => {
          setName("");
          setEmail("");
          onMade(made);
        },
        (reason: unknown) => setError(errorText(reason)),
      )
      .finally(() => setBusy(false));
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label={text("meeting.invite.name")}
        value={name}
        onChange={(value) => {
          setName(value);
          setError(null);
        }}
        error={error}
        maxLength={NAME_LIMIT}
        autoComplete="off"
        className={styles.field}
      />
      <TextField
        label={text("meeting.invite.email")}
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="off"
        className={styles.field}
      />
      <Button type="submit" isPending={isBusy}>
        {text("meeting.invite.act")}
      </Button>
    </form>
  );
}

function PastedList({ meeting, isSent, onMade }: FormProps) {
  const text = useText();
  const errorText = useErrorText();
  const [list, setList] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (list.trim() === "") return setError(text("meeting.list.missing"));
    setBusy(true);
    api
      .invite(meeting.id, { csv: list }, isSent)
      .then(
        (made) => {
          setList("");
          onMade(made);
        },
        (reason: unknown) =>
          setError(isApiError(reason, "invalid-fields") ? text("meeting.list.refused") : errorText(reason)),
      )
      .finally(() => setBusy(false));
  }

  return (
    <form className={styles.section} onSubmit={submit} noValidate>
      <TextArea
        label={text("meeting.list")}
        hint={text("meeting.list.hint")}
        placeholder={text("meeting.list.example")}
        rows={6}
        value={list}
        onChange={(value) => {
          setList(value);
          setError(null);
        }}
        error={error}
      />
      <div>
        <Button type="submit" kind="primary" isPending={isBusy}>
          {text("meeting.list.act")}
        </Button>
      </div>
    </form>
  );
}
