import { useEffect, useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api, isApiError, type SignInLink } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { Loading } from "../../ui/Loading";
import { isLongEnough, NewPasswordField, PASSWORD_MINIMUM } from "../../ui/NewPasswordField";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import styles from "./Form.module.css";

type Looked =
  | { readonly state: "looking" }
  | { readonly state: "found"; readonly link: SignInLink }
  | { readonly state: "expired" }
  | { readonly state: "failed"; readonly error: unknown };

function useLink(secret: string): [Looked, () => void] {
  const [looked, setLooked] = useState<Looked>({ state: "looking" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    const settle = (next: Looked) => {
      if (isCurrent) setLooked(next);
    };
    api.signInLink(secret).then(
      (link) => settle({ state: "found", link }),
      (error: unknown) =>
        settle(
          isApiError(error, "link-expired", "not-found") ? { state: "expired" } : { state: "failed", error },
        ),
    );
    return () => {
      isCurrent = false;
    };
  }, [secret, attempt]);
  return [looked, () => setAttempt(attempt + 1)];
}

function Expired() {
  const text = useText();
  return (
    <>
      <PageTitle>{text("signIn.link.expired.title")}</PageTitle>
      <Lead>{text("signIn.link.expired.lead")}</Lead>
      <Acts>
        <LinkButton to="/sign-in" kind="primary">
          {text("signIn.act")}
        </LinkButton>
      </Acts>
    </>
  );
}

interface UseLinkProps {
  secret: string;
  link: SignInLink;
  onExpired: () => void;
}

function useLinkForm({ secret, onExpired }: Omit<UseLinkProps, "link">) {
  const navigate = useNavigate();
  const { settle } = useAccount();
  const [password, setPassword] = useState("");
  const [isShort, setShort] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    setError(null);
    const isTooShort = !isLongEnough(password);
    setShort(isTooShort);
    if (isTooShort) return;
    setBusy(true);
    api.useSignInLink(secret, password).then(
      (account) => {
        settle(account);
        void navigate("/", { replace: true });
      },
      (reason: unknown) => {
        setBusy(false);
        if (isApiError(reason, "link-expired", "not-found")) onExpired();
        else setError(reason);
      },
    );
  }

  function write(next: string) {
    setPassword(next);
    setShort(false);
  }

  return { password, write, isShort, error, isBusy, submit };
}

/** The owner of the link, who chooses a password: the first, or another. */
function Welcome(props: UseLinkProps) {
  const text = useText();
  const errorText = useErrorText();
  const { link } = props;
  const form = useLinkForm(props);
  const isRefused = isApiError(form.error, "invalid-fields");
  const count = PASSWORD_MINIMUM;
  const short = form.isShort ? text("signIn.newPassword.short", { count }) : null;
  return (
    <>
      <PageTitle>{text("signIn.link.title", { name: link.name })}</PageTitle>
      <Lead>
        {text(link.has_password ? "signIn.link.chooseAgain" : "signIn.link.choose", { email: link.email })}
      </Lead>
      <form className={styles.form} onSubmit={form.submit} noValidate>
        {form.error !== null && !isRefused && <Notice kind="trouble">{errorText(form.error)}</Notice>}
        <NewPasswordField
          isRequired
          label={text("signIn.newPassword")}
          showLabel={text("signIn.password.show")}
          hint={text("signIn.newPassword.hint", { count })}
          value={form.password}
          onChange={form.write}
          error={short ?? (isRefused ? text("signIn.newPassword.refused") : null)}
        />
        <Button type="submit" kind="primary" isPending={form.isBusy}>
          {text("signIn.link.act")}
        </Button>
      </form>
    </>
  );
}

/** A one-use link by which its owner chooses a password and signs in. */
export function SignInLinkPage({ secret }: { secret: string }) {
  const text = useText();
  const errorText = useErrorText();
  const [looked, lookAgain] = useLink(secret);
  const [isExpired, setExpired] = useState(false);
  return (
    <Page title={text("signIn.title")} width="narrow">
      {looked.state === "looking" && <Loading>{text("signIn.link.checking")}</Loading>}
      {(looked.state === "expired" || isExpired) && <Expired />}
      {looked.state === "found" && !isExpired && (
        <Welcome secret={secret} link={looked.link} onExpired={() => setExpired(true)} />
      )}
      {looked.state === "failed" && (
        <>
          <PageTitle>{text("signIn.title")}</PageTitle>
          <Notice kind="trouble">
            <p>{errorText(looked.error)}</p>
            <Button onPress={lookAgain}>{text("frame.tryAgain")}</Button>
          </Notice>
        </>
      )}
    </Page>
  );
}
