import { useState, type FormEvent } from "react";
import { api, isApiError } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { isLongEnough, NewPasswordField, PASSWORD_MINIMUM } from "../../ui/NewPasswordField";
import { Notice } from "../../ui/Notice";
import { PasswordField } from "../../ui/TextField";
import { useRequest } from "../../ui/useRequest";
import styles from "./OwnAccount.module.css";

interface Wrong {
  readonly present: string | null;
  readonly chosen: string | null;
}

const NOTHING_WRONG: Wrong = { present: null, chosen: null };

function usePasswordForm() {
  const text = useText();
  const [present, setPresent] = useState("");
  const [chosen, setChosen] = useState("");
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const [isDone, setDone] = useState(false);
  const { ask, isBusy, error } = useRequest();

  function submit(event: FormEvent) {
    event.preventDefault();
    setDone(false);
    const short = text("signIn.newPassword.short", { count: PASSWORD_MINIMUM });
    const seen: Wrong = {
      present: present === "" ? text("signIn.password.missing") : null,
      chosen: isLongEnough(chosen) ? null : short,
    };
    setWrong(seen);
    if (seen.present !== null || seen.chosen !== null) return;
    ask(api.changePassword(present, chosen), () => {
      setPresent("");
      setChosen("");
      setDone(true);
    });
  }

  const isRefused = isApiError(error, "invalid-fields");
  const isNotTheirs = isApiError(error, "sign-in-failed");
  const errors: Wrong = {
    present: wrong.present ?? (isNotTheirs ? text("account.password.wrong") : null),
    chosen: wrong.chosen ?? (isRefused ? text("signIn.newPassword.refused") : null),
  };
  const trouble = isRefused || isNotTheirs ? null : error;
  return { present, setPresent, chosen, setChosen, errors, trouble, isDone, isBusy, submit };
}

/** Another password, for who knows the present one. */
export function PasswordCard({ email }: { email: string }) {
  const text = useText();
  const errorText = useErrorText();
  const form = usePasswordForm();
  return (
    <Card className={styles.section}>
      <h2>{text("account.password")}</h2>
      <p className={styles.lead}>{text("account.password.lead")}</p>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        {form.trouble !== null && <Notice kind="trouble">{errorText(form.trouble)}</Notice>}
        {/* For programs that keep passwords: whose it is. */}
        <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          isRequired
          label={text("account.password.present")}
          showLabel={text("account.password.present.show")}
          value={form.present}
          onChange={form.setPresent}
          error={form.errors.present}
          autoComplete="current-password"
        />
        <NewPasswordField
          isRequired
          label={text("signIn.newPassword")}
          showLabel={text("account.password.new.show")}
          hint={text("signIn.newPassword.hint", { count: PASSWORD_MINIMUM })}
          value={form.chosen}
          onChange={form.setChosen}
          error={form.errors.chosen}
        />
        <div>
          <Button type="submit" kind="primary" isPending={form.isBusy}>
            {text("account.password.act")}
          </Button>
        </div>
        <p role="status" className={styles.saved}>
          {form.isDone ? text("account.password.done") : ""}
        </p>
      </form>
    </Card>
  );
}
