import type { ReactNode } from "react";
import { api, type Case } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button, LinkButton } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useOutcome } from "../../ui/useOutcome";
import { useRequest } from "../../ui/useRequest";
import styles from "./House.module.css";

/** Only somebody who runs the server, or names a contact, can mend these; sending would be refused. */
const CANNOT_LEAVE: readonly Case["mail_problem"][] = ["off", "no-contact"];

/** What keeps a mail to the contact from leaving, what to do about it, and sending it again. */
export function CaseMail({ one, onSent }: { one: Case; onSent: (sent: Case) => void }) {
  const text = useText();
  const { isAsked, setAsked, said } = useOutcome(one.mail);
  function onAnswer(sent: Case) {
    setAsked(true);
    onSent(sent);
  }
  if (one.mail === "failed") return <GivenUp one={one} onSent={onAnswer} />;
  if (one.mail === "waiting" && one.mail_problem !== null) {
    return (
      <Notice kind="quiet">
        <p ref={said} tabIndex={-1} role={isAsked ? "status" : undefined}>
          {text("cases.mail.waiting.lead")}
        </p>
        <Problem one={one} />
        <div className={styles.acts}>
          <WayOut one={one} />
        </div>
      </Notice>
    );
  }
  if (one.mail === "off" && one.state !== "closed" && one.mail_problem !== "off") {
    return <NeverSent one={one} onSent={onAnswer} />;
  }
  if (one.mail !== "sent" || !isAsked) return null;
  return (
    <p ref={said} tabIndex={-1} role="status" className={styles.saved}>
      {text("cases.mail.done")}
    </p>
  );
}

interface UnsentProps {
  one: Case;
  onSent: (sent: Case) => void;
}

function GivenUp({ one, onSent }: UnsentProps) {
  const text = useText();
  return (
    <Unsent one={one} onSent={onSent} kind="attention" act="again">
      <strong>{text("cases.mail.failed")}</strong>
      <p>{text("cases.mail.failed.lead")}</p>
    </Unsent>
  );
}

/** Reported while no contact was named, or without a mail server. */
function NeverSent({ one, onSent }: UnsentProps) {
  const text = useText();
  return (
    <Unsent one={one} onSent={onSent} kind="quiet" act="first">
      <p>{text("cases.mail.never.lead")}</p>
    </Unsent>
  );
}

interface ToSendProps extends UnsentProps {
  kind: "attention" | "quiet";
  act: "again" | "first";
  children: ReactNode;
}

function Unsent({ one, onSent, kind, act, children }: ToSendProps) {
  const text = useText();
  const errorText = useErrorText();
  const { ask, isBusy, error } = useRequest();
  function send() {
    if (!isBusy) ask(api.mailCase(one.id), onSent);
  }
  return (
    <>
      <Notice kind={kind}>
        {children}
        <Problem one={one} />
        <div className={styles.acts}>
          {!CANNOT_LEAVE.includes(one.mail_problem) && (
            <Button onPress={send} aria-label={text(`cases.mail.${act}.of`, { number: one.number })}>
              {text(`cases.mail.${act}`)}
            </Button>
          )}
          <WayOut one={one} />
        </div>
        <p role="status">{isBusy ? text("cases.mail.busy") : ""}</p>
      </Notice>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
    </>
  );
}

function Problem({ one }: { one: Case }) {
  const text = useText();
  return one.mail_problem === null ? null : <p>{text(`cases.mail.problem.${one.mail_problem}`)}</p>;
}

/** Where the contact is named, and whether mail works can be tried; nothing to do there without a mail server. */
function WayOut({ one }: { one: Case }) {
  const text = useText();
  if (one.mail_problem === "off") return null;
  return <LinkButton to="/organization">{text("cases.mail.organization")}</LinkButton>;
}
