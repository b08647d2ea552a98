import { Users } from "lucide-react";
import { useState, type FormEvent, type ReactNode } from "react";
import { useText } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Button, LinkButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Lead, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import type { PreJoinLink } from "./PreJoin";
import styles from "./PreJoin.module.css";

/** As the control channel has it: more is refused as name-too-long. */
export const NAME_LIMIT = 64;
const PASSCODE_LIMIT = 64;

export interface JoinFormProps {
  link: PreJoinLink;
  settingsPath: string | null;
  name: string;
  onName: (name: string) => void;
  onJoin: (name: string, passcode: string | null) => void;
  children: ReactNode;
}

function useJoinForm({ link, name, onJoin }: JoinFormProps) {
  const text = useText();
  const [passcode, setPasscode] = useState("");
  const [isNameMissing, setNameMissing] = useState(false);
  const [passcodeError, setPasscodeError] = useState(
    link.passcode === "wrong" ? text("door.passcode.wrong") : null,
  );

  function submit(event: FormEvent) {
    event.preventDefault();
    const chosen = name.trim().replace(/\s+/gu, " ");
    const code = passcode.trim();
    const isCodeMissing = link.passcode !== "none" && code === "";
    setNameMissing(chosen === "");
    setPasscodeError(isCodeMissing ? text("door.passcode.missing") : null);
    if (chosen !== "" && !isCodeMissing) onJoin(chosen, link.passcode === "none" ? null : code);
  }

  function choosePasscode(value: string) {
    setPasscode(value);
    setPasscodeError(null);
  }
  return { submit, passcode, choosePasscode, passcodeError, isNameMissing, setNameMissing };
}

/** Who one is in this meeting, and the one act of the page. */
export function JoinForm(props: JoinFormProps) {
  const { link, settingsPath, name, onName, children } = props;
  const text = useText();
  const form = useJoinForm(props);
  return (
    <form className={styles.form} onSubmit={form.submit} noValidate>
      <Heading link={link} />
      {link.invited_by === null ? (
        <TextField
          isRequired
          label={text("preJoin.name")}
          hint={text("preJoin.name.hint")}
          error={form.isNameMissing ? text("preJoin.name.missing") : null}
          value={name}
          onChange={(value) => {
            onName(value);
            form.setNameMissing(false);
          }}
          maxLength={NAME_LIMIT}
          autoComplete="name"
          size="large"
        />
      ) : (
        <FixedName name={name} />
      )}
      {link.passcode !== "none" && (
        <TextField
          isRequired
          label={text("door.passcode")}
          hint={text("door.passcode.hint")}
          error={form.passcodeError}
          value={form.passcode}
          onChange={form.choosePasscode}
          maxLength={PASSCODE_LIMIT}
          autoComplete="off"
          spellCheck="false"
          size="large"
        />
      )}
      <Button type="submit" kind="primary" size="large" isWide>
        {text("preJoin.join")}
      </Button>
      {settingsPath !== null && (
        <LinkButton to={settingsPath} size="large" isWide>
          <Icon of={Users} />
          {text("home.settings")}
        </LinkButton>
      )}
      {children}
    </form>
  );
}

function Heading({ link }: { link: PreJoinLink }) {
  const text = useText();
  const own = link.title === null || link.title === "" ? text("preJoin.untitled") : link.title;
  const isKnown = link.is_host || link.invited_by !== null;
  return (
    <div className={styles.heading}>
      <PageTitle>{isKnown ? own : text("preJoin.title")}</PageTitle>
      <Lead>
        {link.invited_by === null
          ? text(link.is_host ? "preJoin.host.lead" : "preJoin.lead")
          : text("door.invited.lead", { host: link.invited_by })}
      </Lead>
    </div>
  );
}

/** A personal link says who one is: there is nothing to type. */
function FixedName({ name }: { name: string }) {
  const text = useText();
  return (
    <div className={styles.fixed}>
      <Avatar name={name} />
      <div>
        <div className={styles.as}>{text("door.invited.as")}</div>
        <div className={styles.fixedName}>{name}</div>
        <div className={styles.as}>{text("door.invited.fixed")}</div>
      </div>
    </div>
  );
}
