import { useEffect, useRef, useState } from "react";
import { api, type Case } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button, LinkButton } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./House.module.css";

/** Only somebody who runs the server, or names a contact, can mend these; sending again would be refused. */
const CANNOT_LEAVE: readonly Case["mail_problem"][] = ["off", "no-contact"];

/** What keeps a mail to the contact from leaving, what to do about it, and sending it again. */
export function CaseMail({ one, onSent }: { one: Case; onSent: (sent: Case) => void }) {
  const text = useText();
  const [isAsked, setAsked] = useState(false);
  const said = useRef<HTMLParagraphElement>(null);
  // The button is gone once it did its work; whoever pressed it by key goes on from what came of it.
  useEffect(() => {
    if (isAsked && document.activeElement === document.body) said.current?.focus();
  }, [isAsked, one.mail]);
  if (one.mail === "failed") {
    return (
      <GivenUp
        one={one}
        onSent={(sent) => {
          setAsked(true);
          onSent(sent);
        }}
      />
    );
  }
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
  if (one.mail !== "sent" || !isAsked) return null;
  return (
    <p ref={said} tabIndex={-1} role="status" className={styles.saved}>
      {text("cases.mail.again.sent")}
    </p>
  );
}

function GivenUp({ one, onSent }: { one: Case; onSent: (sent: Case) => void }) {
  const text = useText();
  const errorText = useErrorText();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  function send() {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    api
      .mailCase(one.id)
      .then(onSent, setError)
      .finally(() => setBusy(false));
  }
  return (
    <>
      <Notice kind="attention">
        <strong>{text("cases.mail.failed")}</strong>
        <p>{text("cases.mail.failed.lead")}</p>
        <Problem one={one} />
        <div className={styles.acts}>
          {!CANNOT_LEAVE.includes(one.mail_problem) && (
            <Button onPress={send} aria-label={text("cases.mail.again.of", { number: one.number })}>
              {text("cases.mail.again")}
            </Button>
          )}
          <WayOut one={one} />
        </div>
        <p role="status">{isBusy ? text("cases.mail.again.busy") : ""}</p>
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
