import { useState, type FormEvent, type ReactNode } from "react";
import type { MeetingLink } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Lead, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import styles from "./PreJoin.module.css";

/** As the control channel has it: more is refused as name-too-long. */
export const NAME_LIMIT = 64;

export interface JoinFormProps {
  link: MeetingLink;
  name: string;
  onName: (name: string) => void;
  onJoin: (name: string) => void;
  children: ReactNode;
}

/** Who one is in this meeting, and the one act of the page. */
export function JoinForm({ link, name, onName, onJoin, children }: JoinFormProps) {
  const text = useText();
  const [isMissing, setMissing] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim().replace(/\s+/gu, " ");
    setMissing(chosen === "");
    if (chosen !== "") onJoin(chosen);
  }

  const hostTitle = link.title === null || link.title === "" ? text("preJoin.untitled") : link.title;
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <div className={styles.heading}>
        <PageTitle>{link.is_host ? hostTitle : text("preJoin.title")}</PageTitle>
        <Lead>{text(link.is_host ? "preJoin.host.lead" : "preJoin.lead")}</Lead>
      </div>
      <TextField
        label={text("preJoin.name")}
        hint={text("preJoin.name.hint")}
        error={isMissing ? text("preJoin.name.missing") : null}
        value={name}
        onChange={(value) => {
          onName(value);
          setMissing(false);
        }}
        maxLength={NAME_LIMIT}
        autoComplete="name"
        size="large"
      />
      <Button type="submit" kind="primary" size="large" isWide>
        {text("preJoin.join")}
      </Button>
      {children}
    </form>
  );
}
