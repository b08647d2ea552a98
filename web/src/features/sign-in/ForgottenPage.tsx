import { useCallback, useState, type FormEvent } from "react";
import { api } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { LoadedPage, useLoaded } from "../../ui/Loaded";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import { useRequest } from "../../ui/useRequest";
import styles from "./Form.module.css";

/** A forgotten password: a link by mail, where this server sends any; otherwise the way to an administrator. */
export function ForgottenPage() {
  const text = useText();
  const title = text("forgotten.title");
  const access = useLoaded(useCallback(() => api.instance(), []));
  return (
    <LoadedPage access={access} title={title} none={{ title, lead: "" }}>
      {(instance) => (instance.sends_mail ? <ByMail /> : <ByAdministrator />)}
    </LoadedPage>
  );
}

function ByAdministrator() {
  const text = useText();
  return (
    <Page title={text("forgotten.title")} width="narrow">
      <PageTitle>{text("forgotten.title")}</PageTitle>
      <Lead>{text("forgotten.administrator")}</Lead>
      <Acts>
        <LinkButton to="/sign-in" kind="primary">
          {text("signIn.act")}
        </LinkButton>
      </Acts>
    </Page>
  );
}

function ByMail() {
  const text = useText();
  const errorText = useErrorText();
  const [email, setEmail] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const { ask, isBusy, error } = useRequest();

  function submit(event: FormEvent) {
    event.preventDefault();
    const address = email.trim();
    setMissing(!address.includes("@"));
    setAsked(null);
    if (address.includes("@")) ask(api.forgetPassword(address), () => setAsked(address));
  }

  return (
    <Page title={text("forgotten.title")} width="narrow">
      <PageTitle>{text("forgotten.title")}</PageTitle>
      <Lead>{text("forgotten.lead")}</Lead>
      <form className={styles.form} onSubmit={submit} noValidate>
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
        <TextField
          isRequired
          label={text("signIn.email")}
          type="email"
          value={email}
          onChange={setEmail}
          error={isMissing ? text("signIn.email.missing") : null}
          autoComplete="username"
        />
        <Button type="submit" kind="primary" isPending={isBusy}>
          {text("forgotten.act")}
        </Button>
      </form>
      <div role="status">
        {asked !== null && <Notice kind="quiet">{text("forgotten.asked", { email: asked })}</Notice>}
      </div>
    </Page>
  );
}
