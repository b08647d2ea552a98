import { useState, type FormEvent } from "react";
import { Link } from "react-router";
import { api } from "../api";
import { useErrorText, useText } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog, DialogActs } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import { TextField } from "../ui/TextField";
import { useCopied } from "../ui/useCopied";
import type { CopyInvitationProps } from "./CopyInvitation";
import styles from "./CopyInvitation.module.css";

const NAME_LIMIT = 64;

type Answer = { readonly is: "link"; readonly link: string } | { readonly is: "there" | "not-yours" };

type OnePersonProps = CopyInvitationProps & { onClose: () => void };

/** Makes one person's link and copies it with the words around it. */
function useOneLink({ title, findId }: CopyInvitationProps, name: string) {
  const text = useText();
  const errorText = useErrorText();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [copied, copy] = useCopied();

  async function make(others: number): Promise<Answer> {
    const id = await findId();
    if (id === null) return { is: "not-yours" };
    const { invitations } = await api.invite(id, [{ name, others }], { send: false });
    const link = invitations[0]?.link ?? null;
    if (link === null) return { is: "there" };
    copy(text("invite.words", { title, link }));
    return { is: "link", link };
  }
  function ask(others = 0) {
    if (name === "") return setError(text("meeting.invite.name.missing"));
    setBusy(true);
    void make(others)
      .then(setAnswer, (reason: unknown) => setError(errorText(reason)))
      .finally(() => setBusy(false));
  }
  function forget() {
    setError(null);
    setAnswer(null);
  }
  return { answer, error, isBusy, isByHand: copied === "by-hand", ask, forget };
}

/** A personal link made and copied in one go: who it is for is all that is asked. */
export function ForOnePerson(props: OnePersonProps) {
  const { pagePath, onClose } = props;
  const text = useText();
  const [name, setName] = useState("");
  const one = useOneLink(props, name.trim());
  if (one.answer?.is === "link") {
    return <Ready link={one.answer.link} name={name.trim()} isByHand={one.isByHand} onClose={onClose} />;
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    one.ask();
  }
  return (
    <Dialog title={text("invite.one.title")} isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <p>{text("invite.one.lead")}</p>
        <TextField
          isRequired
          label={text("meeting.invite.name")}
          value={name}
          onChange={(value) => {
            setName(value);
            one.forget();
          }}
          error={one.error}
          maxLength={NAME_LIMIT}
          autoComplete="off"
          // The dialog was opened to type here.
          autoFocus
        />
        <Refusal answer={one.answer} name={name.trim()} onAnother={() => one.ask(1)} />
        <p>
          <Link to={pagePath}>{text("invite.one.many")}</Link>
        </p>
        <DialogActs>
          <Button onPress={onClose}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary" isPending={one.isBusy}>
            {text("invite.copy")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}

interface ReadyProps {
  link: string;
  name: string;
  isByHand: boolean;
  onClose: () => void;
}

function Ready({ link, name, isByHand, onClose }: ReadyProps) {
  const text = useText();
  return (
    <Dialog title={text(isByHand ? "invite.byHand" : "invite.copied")} isOpen onClose={onClose}>
      {isByHand && <p>{text("invite.byHand.lead")}</p>}
      <p role="status">{text("invite.one.can", { name })}</p>
      <TextField label={text("invite.link")} value={link} isReadOnly />
      <DialogActs>
        <Button kind="primary" autoFocus onPress={onClose}>
          {text("invite.close")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

interface RefusalProps {
  answer: Answer | null;
  name: string;
  onAnother: () => void;
}

function Refusal({ answer, name, onAnother }: RefusalProps) {
  const text = useText();
  if (answer?.is === "not-yours") return <Notice kind="trouble">{text("invite.notYours")}</Notice>;
  if (answer?.is !== "there") return null;
  return (
    <Notice kind="attention">
      <p role="status">{text("list.again", { name })}</p>
      <Button onPress={onAnother}>{text("list.again.another")}</Button>
    </Notice>
  );
}
