import { useState, type FormEvent } from "react";
import { useNavigate } from "react-router";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/TextField";
import styles from "./Home.module.css";
import { readInvitation, type Invitation } from "./invitation";

type Wrong = Exclude<Invitation, { kind: "code" }>;

/** Into a room by what was pasted: the link, the code, or the whole invitation. */
export function JoinByLink({ isMain = false }: { isMain?: boolean }) {
  const text = useText();
  const navigate = useNavigate();
  const [pasted, setPasted] = useState("");
  const [wrong, setWrong] = useState<Wrong | null>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const invitation = readInvitation(pasted, window.location.host);
    if (invitation.kind === "code") void navigate(`/m/${invitation.code}`);
    else setWrong(invitation);
  }

  const host = wrong?.kind === "elsewhere" ? wrong.host : "";
  return (
    <form className={styles.join} onSubmit={submit} noValidate>
      <TextField
        isRequired
        label={text("home.join.label")}
        isLabelHidden
        placeholder={text("home.join.label")}
        error={wrong === null ? null : text(`home.join.${wrong.kind}`, { host })}
        value={pasted}
        onChange={(value) => {
          setPasted(value);
          setWrong(null);
        }}
        autoComplete="off"
        spellCheck="false"
        size="large"
        className={styles.joinField}
      />
      <Button type="submit" size="large" kind={isMain ? "primary" : "plain"}>
        {text("home.join")}
      </Button>
    </form>
  );
}
