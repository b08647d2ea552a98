import { useEffect, useState, type FormEvent } from "react";
import { api, type Organization } from "../../api";
import { PROFILES, RULE_NAMES, type RuleName } from "../../room/rules";
import { useErrorText, useRuleWords, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Checkbox } from "../../ui/Checkbox";
import { Choice } from "../../ui/Choice";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import { useRequest } from "../../ui/useRequest";
import { AdminOnly } from "./AdminOnly";
import { MailCard } from "./MailCard";
import styles from "./House.module.css";

/** The house and its profile: what every meeting on this server begins with. */
export function OrganizationPage() {
  return (
    <AdminOnly>
      <House />
    </AdminOnly>
  );
}

function House() {
  const text = useText();
  const errorText = useErrorText();
  const [organization, setOrganization] = useState<Organization | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    api.organization().then(setOrganization, setError);
  }, []);
  return (
    <Page title={text("house.title")}>
      <PageTitle>{text("house.title")}</PageTitle>
      <Lead>{text("house.lead")}</Lead>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {organization === null ? (
        error === null && <Loading>{text("frame.loading")}</Loading>
      ) : (
        <>
          <Form organization={organization} />
          <MailCard mail={organization.mail} />
        </>
      )}
    </Page>
  );
}

function useHouseForm(organization: Organization) {
  const [values, setValues] = useState(organization);
  const [isSaved, setSaved] = useState(false);
  const { ask, isBusy, error } = useRequest();
  const change = (changes: Partial<Organization>) => {
    setValues({ ...values, ...changes });
    setSaved(false);
  };
  function submit(event: FormEvent) {
    event.preventDefault();
    const contact = values.safeguarding_contact?.trim() ?? "";
    const wanted = { ...values, safeguarding_contact: contact === "" ? null : contact };
    ask(api.changeOrganization(wanted), (saved) => {
      setValues(saved);
      setSaved(true);
    });
  }
  return { values, change, submit, error, isSaved, isBusy };
}

function Form({ organization }: { organization: Organization }) {
  const text = useText();
  const errorText = useErrorText();
  const { values, change, submit, error, isSaved, isBusy } = useHouseForm(organization);
  return (
    <Card>
      <form className={styles.section} onSubmit={submit} noValidate>
        <TextField
          label={text("house.name")}
          value={values.name}
          onChange={(name) => change({ name })}
          autoComplete="organization"
        />
        <TextField
          label={text("house.contact")}
          hint={text("house.contact.hint")}
          type="email"
          value={values.safeguarding_contact ?? ""}
          onChange={(safeguarding_contact) => change({ safeguarding_contact })}
          autoComplete="off"
        />
        <Choice
          layout="list"
          label={text("house.profile")}
          value={values.profile}
          options={PROFILES.map((value) => ({
            value,
            label: text(`profile.${value}`),
            hint: text(`house.profile.${value}`),
          }))}
          onChange={(profile) => change({ profile })}
        />
        <Locks locked={values.locked_rules} onChange={(locked_rules) => change({ locked_rules })} />
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
        <div className={styles.head}>
          <Button type="submit" kind="primary" isPending={isBusy}>
            {text("frame.save")}
          </Button>
          <span role="status" className={styles.saved}>
            {isSaved ? text("house.saved") : ""}
          </span>
        </div>
      </form>
    </Card>
  );
}

interface LocksProps {
  locked: readonly RuleName[];
  onChange: (locked: readonly RuleName[]) => void;
}

function Locks({ locked, onChange }: LocksProps) {
  const text = useText();
  const words = useRuleWords();
  const toggle = (name: RuleName) =>
    onChange(locked.includes(name) ? locked.filter((one) => one !== name) : [...locked, name]);
  return (
    <fieldset className={styles.fieldset}>
      <legend>
        <strong>{text("house.locked")}</strong>
      </legend>
      <p className={styles.small}>{text("house.locked.lead")}</p>
      <div className={styles.locks}>
        {RULE_NAMES.map((name) => (
          <Checkbox key={name} isChecked={locked.includes(name)} onChange={() => toggle(name)}>
            {words(name).label}
          </Checkbox>
        ))}
      </div>
    </fieldset>
  );
}
