import { useState } from "react";
import { api, type Mail, type MailTrial } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button, LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Notice } from "../../ui/Notice";
import { useRequest } from "../../ui/useRequest";
import styles from "./House.module.css";

/** Whether mail works: what waits, what was given up, and a mail to oneself. */
export function MailCard({ mail }: { mail: Mail }) {
  const text = useText();
  return (
    <Card className={styles.section}>
      <h2>{text("house.mail")}</h2>
      {mail.failed > 0 && (
        <Notice kind="trouble">
          {text("house.mail.failed", { count: mail.failed })}
          <div className={styles.acts}>
            <LinkButton to="/cases">{text("house.mail.failed.reports")}</LinkButton>
          </div>
        </Notice>
      )}
      {mail.sender === null ? (
        <p className={styles.lead}>{text("house.mail.off")}</p>
      ) : (
        <>
          <p className={styles.lead}>{text("house.mail.on", { sender: mail.sender })}</p>
          {mail.waiting > 0 && <p>{text("house.mail.waiting", { count: mail.waiting })}</p>}
          <Trial />
        </>
      )}
    </Card>
  );
}

function Trial() {
  const text = useText();
  const errorText = useErrorText();
  const [tried, setTried] = useState<MailTrial | null>(null);
  const { ask, isBusy, error } = useRequest();
  function send() {
    setTried(null);
    ask(api.tryMail(), setTried);
  }
  return (
    <>
      <div>
        <Button onPress={send} isPending={isBusy}>
          {text("house.mail.try")}
        </Button>
      </div>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <div role="status">{tried?.result === "sent" && text("house.mail.result.sent", { to: tried.to })}</div>
      {tried !== null && tried.result !== "sent" && (
        <Notice kind="trouble">
          {text(`house.mail.result.${tried.result}`)}
          {tried.reply !== "" && (
            <p className={styles.text}>
              <code>{tried.reply}</code>
            </p>
          )}
        </Notice>
      )}
    </>
  );
}
