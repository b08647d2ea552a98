import { useState } from "react";
import type { Invitation } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { useOutcome } from "../../ui/useOutcome";
import styles from "./Meeting.module.css";

export interface LinkMailProps {
  person: Invitation;
  sendsMail: boolean;
  onMail: (person: Invitation) => Promise<void>;
}

/** Why somebody's link did not reach them, what to do about it, and sending it again; nothing once they came. */
export function LinkMail({ person, sendsMail, onMail }: LinkMailProps) {
  const text = useText();
  const [isBusy, setBusy] = useState(false);
  const { isAsked, setAsked, said } = useOutcome(person.mail);
  const isGivenUp = person.mail === "failed" && !person.is_bound;
  const isOnItsWay = isAsked && person.mail === "waiting";
  const problem = sendsMail ? person.mail_problem : "off";

  function send() {
    if (isBusy || isOnItsWay) return;
    setAsked(true);
    setBusy(true);
    void onMail(person).finally(() => setBusy(false));
  }

  if (!isGivenUp && !isOnItsWay) {
    return isAsked && person.mail === "sent" ? (
      <p ref={said} tabIndex={-1} role="status" className={styles.small}>
        {text("meeting.person.again.sent")}
      </p>
    ) : null;
  }
  return (
    <div className={styles.unsent}>
      <p role={isAsked ? "status" : undefined} className={styles.small}>
        {isOnItsWay && text("meeting.person.again.asked")}
        {isGivenUp &&
          problem !== null &&
          problem !== "no-contact" &&
          text(`meeting.person.problem.${problem}`)}
      </p>
      {problem !== "off" && (
        <Button onPress={send} aria-label={text("meeting.person.again.of", { name: person.name })}>
          {text("meeting.person.again")}
        </Button>
      )}
    </div>
  );
}
