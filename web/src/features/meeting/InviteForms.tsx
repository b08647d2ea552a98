import { ClipboardList } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, type InvitationsMade, type Invitee, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Checkbox } from "../../ui/Checkbox";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { TextField } from "../../ui/TextField";
import { ListForm, type ListFormProps } from "./ListForm";
import styles from "./Meeting.module.css";

const NAME_LIMIT = 64;

interface InviteFormsProps {
  meeting: Meeting;
  sendsMail: boolean;
  onMade: (made: InvitationsMade) => void;
}

/** One person by name, or a whole list out of a table or a mail. */
export function InviteForms({ meeting, sendsMail, onMade }: InviteFormsProps) {
  const text = useText();
  const [isList, setList] = useState(false);
  const [isSent, setSent] = useState(false);
  const form = { meeting, onMade, isSent: sendsMail && isSent };
  function settle(made: InvitationsMade) {
    setList(false);
    onMade(made);
  }
  return (
    <>
      {sendsMail && (
        <Checkbox isChecked={isSent} onChange={setSent}>
          {text("meeting.invite.send")}
        </Checkbox>
      )}
      <OnePerson {...form} />
      {isList ? (
        <ListForm {...form} onMade={settle} />
      ) : (
        <div>
          <Button onPress={() => setList(true)}>
            <Icon of={ClipboardList} />
            {text("list.open")}
          </Button>
        </div>
      )}
    </>
  );
}

/** One person asked for; `known` is who has a link already. */
function useInviting({ meeting, isSent, onMade }: ListFormProps) {
  const errorText = useErrorText();
  const [error, setError] = useState<string | null>(null);
  const [known, setKnown] = useState<Invitee | null>(null);
  const [isBusy, setBusy] = useState(false);
  function invite(person: Invitee, onDone: () => void) {
    setBusy(true);
    api
      .invite(meeting.id, [person], { send: isSent })
      .then(
        (made) => {
          const isThere = made.kept.length > 0;
          setKnown(isThere ? person : null);
          if (isThere) return;
          onDone();
          onMade(made);
        },
        (reason: unknown) => setError(errorText(reason)),
      )
      .finally(() => setBusy(false));
  }
  function say(problem: string | null) {
    setError(problem);
    setKnown(null);
  }
  return { error, known, isBusy, invite, say };
}

function OnePerson(props: ListFormProps) {
  const text = useText();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const { error, known, isBusy, invite, say } = useInviting(props);
  function clear() {
    setName("");
    setEmail("");
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen === "") return say(text("meeting.invite.name.missing"));
    const address = email.trim();
    invite({ name: chosen, ...(address === "" ? {} : { email: address }) }, clear);
  }

  return (
    <>
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField
          isRequired
          label={text("meeting.invite.name")}
          value={name}
          onChange={(value) => {
            setName(value);
            say(null);
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
      {known !== null && (
        <IsThere
          person={known}
          onAnother={() => invite({ ...known, others: (known.others ?? 0) + 1 }, clear)}
        />
      )}
    </>
  );
}

function IsThere({ person, onAnother }: { person: Invitee; onAnother: () => void }) {
  const text = useText();
  return (
    <Notice kind="attention">
      <p role="status">{text("list.again", { name: person.name })}</p>
      <Button onPress={onAnother}>{text("list.again.another")}</Button>
    </Notice>
  );
}
