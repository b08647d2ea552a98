import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api, isApiError } from "../../api";
import { useErrorText, useText, type Text } from "../../i18n";
import { Button } from "../../ui/Button";
import { isLongEnough, NewPasswordField, PASSWORD_MINIMUM } from "../../ui/NewPasswordField";
import { Notice } from "../../ui/Notice";
import { Lead, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import styles from "./Form.module.css";

type Values = Readonly<Record<"name" | "email" | "password", string>>;
type Wrong = Readonly<Partial<Record<keyof Values, string>>>;

/** What this page can see is wrong before the server is asked. */
function lookOver(values: Values, text: Text): Wrong {
  return {
    ...(values.name.trim() === "" && { name: text("setup.name.missing") }),
    ...(!values.email.includes("@") && { email: text("signIn.email.missing") }),
    ...(!isLongEnough(values.password) && {
      password: text("signIn.newPassword.short", { count: PASSWORD_MINIMUM }),
    }),
  };
}

/** The server's own look at the fields, in this page's words. */
function wrongFields(error: unknown, text: Text): Wrong {
  if (!isApiError(error, "invalid-fields")) return {};
  return {
    ...("name" in error.fields && { name: text("setup.name.missing") }),
    ...("email" in error.fields && { email: text("signIn.email.missing") }),
    ...("password" in error.fields && { password: text("signIn.newPassword.refused") }),
  };
}

export interface SetupFormProps {
  secret: string;
  /** The link itself was refused. */
  onRefused: (error: unknown) => void;
}

function useSetupForm({ secret, onRefused }: SetupFormProps) {
  const text = useText();
  const navigate = useNavigate();
  const { settle } = useAccount();
  const [values, setValues] = useState<Values>({ name: "", email: "", password: "" });
  const [wrong, setWrong] = useState<Wrong>({});
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  function refuse(reason: unknown) {
    setBusy(false);
    if (isApiError(reason, "link-expired", "not-found", "already-set-up")) return onRefused(reason);
    setWrong(wrongFields(reason, text));
    setError(reason);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const seen = lookOver(values, text);
    setWrong(seen);
    setError(null);
    if (Object.keys(seen).length > 0) return;
    setBusy(true);
    const { name, email, password } = values;
    api.setUp(secret, { name: name.trim(), email: email.trim(), password }).then((account) => {
      settle(account);
      void navigate("/", { replace: true });
    }, refuse);
  }

  const field = (key: keyof Values) => ({
    value: values[key],
    error: wrong[key] ?? null,
    onChange: (value: string) => {
      setValues({ ...values, [key]: value });
      setWrong({ ...wrong, [key]: undefined });
    },
  });
  return { field, error, isBusy, submit };
}

/** Name, email and password of the administrator. */
export function SetupForm(props: SetupFormProps) {
  const text = useText();
  const errorText = useErrorText();
  const form = useSetupForm(props);
  return (
    <>
      <PageTitle>{text("setup.title")}</PageTitle>
      <Lead>{text("setup.lead")}</Lead>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        {form.error !== null && <Notice kind="trouble">{errorText(form.error)}</Notice>}
        <TextField
          isRequired
          label={text("setup.name")}
          hint={text("setup.name.hint")}
          autoComplete="name"
          {...form.field("name")}
        />
        <TextField
          isRequired
          label={text("signIn.email")}
          type="email"
          autoComplete="username"
          {...form.field("email")}
        />
        <NewPasswordField
          isRequired
          label={text("signIn.newPassword")}
          showLabel={text("signIn.password.show")}
          hint={text("signIn.newPassword.hint", { count: PASSWORD_MINIMUM })}
          {...form.field("password")}
        />
        <Button type="submit" kind="primary" isPending={form.isBusy}>
          {text("setup.act")}
        </Button>
      </form>
    </>
  );
}
