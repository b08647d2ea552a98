import { useEffect, useRef, useState, type FormEvent } from "react";
import { api, confirmBy } from "../api";
import { useErrorText, useText } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog, DialogActs } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import { PasswordField } from "../ui/TextField";
import { useRequest } from "../ui/useRequest";

type Answer = (isGiven: boolean) => void;

/** Asks for the password once more when an act needs it; acts that ask together wait for one answer. */
export function ConfirmSignIn() {
  const [isAsked, setAsked] = useState(false);
  const waiting = useRef<Answer[]>([]);
  useEffect(() => {
    confirmBy(() => {
      setAsked(true);
      return new Promise<boolean>((answer) => waiting.current.push(answer));
    });
    return () => confirmBy(null);
  }, []);

  function settle(isGiven: boolean) {
    setAsked(false);
    for (const answer of waiting.current.splice(0)) answer(isGiven);
  }

  return isAsked && <Question onSettled={settle} />;
}

function Question({ onSettled }: { onSettled: Answer }) {
  const text = useText();
  const errorText = useErrorText();
  const [password, setPassword] = useState("");
  const [isMissing, setMissing] = useState(false);
  const { ask, isBusy, error } = useRequest();

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(password === "");
    if (password !== "") ask(api.confirm(password), () => onSettled(true));
  }

  return (
    <Dialog title={text("confirm.title")} isOpen onClose={() => onSettled(false)}>
      <form onSubmit={submit} noValidate>
        <p>{text("confirm.lead")}</p>
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
        <PasswordField
          isRequired
          label={text("signIn.password")}
          showLabel={text("signIn.password.show")}
          value={password}
          onChange={setPassword}
          error={isMissing ? text("signIn.password.missing") : null}
          autoComplete="current-password"
          // The dialog was opened to type here.
          autoFocus
        />
        <DialogActs>
          <Button onPress={() => onSettled(false)}>{text("frame.cancel")}</Button>
          <Button type="submit" kind="primary" isPending={isBusy}>
            {text("confirm.act")}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  );
}
