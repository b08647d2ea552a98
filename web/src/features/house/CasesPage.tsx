import { useEffect, useState, type FormEvent } from "react";
import { useIntl } from "react-intl";
import { useLocation } from "react-router";
import { useAccount } from "../../account";
import { api, CASE_STATES, type Case } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Choice } from "../../ui/Choice";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { TextArea } from "../../ui/TextArea";
import { AdminOnly } from "./AdminOnly";
import { CaseMail } from "./CaseMail";
import styles from "./House.module.css";

/** The register: every report, and what became of it. */
export function CasesPage() {
  return (
    <AdminOnly>
      <Register />
    </AdminOnly>
  );
}

/** A mail leads to one report by the number after the hash, which is there only once it was fetched. */
function show(item: HTMLElement | null) {
  item?.scrollIntoView();
}

function Register() {
  const text = useText();
  const wanted = useLocation().hash.slice(1);
  const errorText = useErrorText();
  const [cases, setCases] = useState<readonly Case[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    api.cases().then(setCases, setError);
  }, []);
  return (
    <Page title={text("cases.title")}>
      <PageTitle>{text("cases.title")}</PageTitle>
      <Lead>{text("cases.lead")}</Lead>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {cases === null && error === null && <Loading>{text("frame.loading")}</Loading>}
      {cases?.length === 0 && <p className={styles.lead}>{text("cases.none")}</p>}
      <ul className={styles.cases}>
        {cases?.map((one) => (
          <li key={one.id} id={one.number} ref={one.number === wanted ? show : undefined}>
            <CaseCard one={one} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

const LOOK = { open: "trouble", "in-progress": "attention", closed: "good" } as const;

function CaseCard({ one: fetched }: { one: Case }) {
  const [one, setOne] = useState(fetched);
  const text = useText();
  const intl = useIntl();
  return (
    <Card className={styles.section}>
      <div className={styles.head}>
        <h2>{one.number}</h2>
        <Badge kind={LOOK[one.state]}>{text(`cases.state.${one.state}`)}</Badge>
        <strong>{text(`safety.report.category.${one.category}`)}</strong>
        <span className={styles.small}>
          {intl.formatDate(one.at, { dateStyle: "long", timeStyle: "short" })}
        </span>
        {(one.mail === "waiting" || one.mail === "sent") && <Badge>{text(`cases.mail.${one.mail}`)}</Badge>}
      </div>
      <CaseMail one={one} onSent={setOne} />
      <p className={styles.small}>
        {text("cases.by", { name: one.reporter_name })}
        {one.about_name !== null && ` · ${text("cases.about", { name: one.about_name })}`}
      </p>
      {one.text !== "" && <p className={styles.text}>{one.text}</p>}
      {one.evidence.length > 0 && (
        <section aria-label={text("cases.evidence")} className={styles.evidence}>
          <h3>{text("cases.evidence")}</h3>
          {one.evidence.map((line, index) => (
            <p key={index} className={styles.text}>
              <strong>{line.name}</strong> {line.text}
            </p>
          ))}
        </section>
      )}
      <Outcome one={one} />
    </Card>
  );
}

function Outcome({ one }: { one: Case }) {
  const text = useText();
  const { refresh } = useAccount();
  const errorText = useErrorText();
  const [state, setState] = useState(one.state);
  const [outcome, setOutcome] = useState(one.outcome ?? "");
  const [error, setError] = useState<unknown>(null);
  const [isSaved, setSaved] = useState(false);

  function save(event: FormEvent) {
    event.preventDefault();
    api.changeCase(one.id, { state, outcome }).then(() => {
      setError(null);
      setSaved(true);
      refresh();
    }, setError);
  }

  return (
    <form className={styles.section} onSubmit={save} noValidate>
      <Choice
        label={text("cases.state")}
        value={state}
        options={CASE_STATES.map((value) => ({ value, label: text(`cases.state.${value}`) }))}
        onChange={(value) => {
          setState(value);
          setSaved(false);
        }}
      />
      <TextArea
        label={text("cases.outcome")}
        value={outcome}
        onChange={(value) => {
          setOutcome(value);
          setSaved(false);
        }}
      />
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <div className={styles.head}>
        <Button type="submit">{text("cases.save")}</Button>
        <span role="status" className={styles.saved}>
          {isSaved ? text("cases.saved") : ""}
        </span>
      </div>
    </form>
  );
}
