import { useState, type FormEvent } from "react";
import { Link, Navigate, useLocation, useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { PasswordField, TextField } from "../../ui/TextField";
import styles from "./Form.module.css";

interface Missing {
  readonly email: boolean;
  readonly password: boolean;
}

const NOTHING_MISSING: Missing = { email: false, password: false };

/** Where to go once signed in: back to the meeting one came from, or home. */
function useDestination(): string {
  const state: unknown = useLocation().state;
  const from = typeof state === "object" && state !== null && "from" in state ? state.from : null;
  return typeof from === "string" && from.startsWith("/m/") ? from : "/";
}

function useSignInForm(destination: string) {
  const navigate = useNavigate();
  const { settle } = useAccount();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(NOTHING_MISSING);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const lacking = { email: !email.includes("@"), password: password === "" };
    setMissing(lacking);
    setError(null);
    if (lacking.email || lacking.password) return;
    setBusy(true);
    api.signIn(email.trim(), password).then(
      (account) => {
        settle(account);
        void navigate(destination, { replace: true });
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reason);
      },
    );
  }

  return { email, setEmail, password, setPassword, missing, error, isBusy, submit };
}

/** Email and password. */
export function SignInPage() {
  const text = useText();
  const errorText = useErrorText();
  const { signIn } = useAccount();
  const destination = useDestination();
  const form = useSignInForm(destination);
  if (signIn.state === "signed-in") return <Navigate to={destination} replace />;
  return (
    <Page title={text("signIn.title")} width="narrow">
      <PageTitle>{text("signIn.title")}</PageTitle>
      <Lead>{text("signIn.lead")}</Lead>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        {form.error !== null && <Notice kind="trouble">{errorText(form.error)}</Notice>}
        <TextField
          isRequired
          label={text("signIn.email")}
          type="email"
          value={form.email}
          onChange={form.setEmail}
          error={form.missing.email ? text("signIn.email.missing") : null}
          autoComplete="username"
        />
        <PasswordField
          isRequired
          label={text("signIn.password")}
          showLabel={text("signIn.password.show")}
          value={form.password}
          onChange={form.setPassword}
          error={form.missing.password ? text("signIn.password.missing") : null}
          autoComplete="current-password"
        />
        <Button type="submit" kind="primary" isPending={form.isBusy}>
          {text("signIn.act")}
        </Button>
      </form>
      <p className={styles.after}>
        <Link to="/forgotten">{text("signIn.forgotten")}</Link>
      </p>
    </Page>
  );
}
