import { useState, type FormEvent } from "react";
import type { Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Hidden } from "../../ui/Hidden";
import { Notice } from "../../ui/Notice";
import { TextField } from "../../ui/TextField";
import styles from "./Meeting.module.css";
import { useChange } from "./useChange";

const SHORTEST = 8;
const LONGEST = 64;

interface PasscodeProps {
  meeting: Meeting;
  settle: (meeting: Meeting) => void;
}

/** One word more for those who come by the open link. */
export function Passcode({ meeting, settle }: PasscodeProps) {
  const text = useText();
  const errorText = useErrorText();
  const [passcode, setPasscode] = useState("");
  const [isShort, setShort] = useState(false);
  const { change, error, isSaved, isBusy } = useChange(meeting, settle);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = passcode.trim();
    const isTooShort = Array.from(chosen).length < SHORTEST;
    setShort(isTooShort);
    if (!isTooShort) change({ passcode: chosen }, () => setPasscode(""));
  }

  return (
    <Card className={styles.section}>
      <h2>{text("meeting.passcode")}</h2>
      <p className={styles.lead}>
        {text(meeting.has_passcode ? "meeting.passcode.set" : "meeting.passcode.none")}
      </p>
      <form className={styles.section} onSubmit={submit} noValidate>
        <TextField
          isRequired
          label={text("meeting.passcode.new")}
          hint={text("meeting.passcode.hint")}
          value={passcode}
          onChange={(value) => {
            setPasscode(value);
            setShort(false);
          }}
          error={isShort ? text("meeting.passcode.short") : null}
          maxLength={LONGEST}
          autoComplete="off"
          spellCheck="false"
        />
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
        <div className={styles.acts}>
          <Button type="submit" isPending={isBusy}>
            {text("meeting.passcode.save")}
          </Button>
          {meeting.has_passcode && (
            <Button onPress={() => change({ passcode: null })}>{text("meeting.passcode.remove")}</Button>
          )}
        </div>
        <Hidden role="status">{isSaved ? text("meeting.saved") : ""}</Hidden>
      </form>
    </Card>
  );
}
