import { Check } from "lucide-react";
import { useState, type FormEvent } from "react";
import type { Act } from "../../room/wire";
import { MAX_NOTE_CHARACTERS } from "../../room/wire";
import type { Door, RoomView } from "../../room/view";
import { useText, type MessageId } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { BrandMark } from "../../ui/Brand";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Icon } from "../../ui/Icon";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import styles from "./AtDoor.module.css";

export interface AtDoorProps {
  view: Pick<RoomView, "door" | "is_held_off" | "refusal" | "is_linked">;
  name: string;
  onAct: (act: Act) => void;
  onLeave: () => void;
}

/** Between the knock and the room. It says who opens, that nothing need be done, and what the other side sees. */
export function AtDoor({ view, name, onAct, onLeave }: AtDoorProps) {
  const text = useText();
  if (view.door === null) return <Knocking isHeldOff={view.is_held_off} onLeave={onLeave} />;
  return (
    <Page title={text("door.title")} width="narrow" className={styles.page}>
      <div className={styles.roof}>
        <BrandMark className={styles.mark} />
      </div>
      <PageTitle>{text("door.title")}</PageTitle>
      <Lead className={styles.lead} role="status">
        {text(leadOf(view.door), { host: view.door.host ?? "" })}
      </Lead>
      {view.door.is_second_device && (
        <Notice kind="attention" className={styles.why}>
          {text("door.second")}
        </Notice>
      )}
      {!view.is_linked && (
        <p className={styles.lost} role="status">
          {text("door.lost")}
        </p>
      )}
      <Card className={styles.card}>
        <div className={styles.person}>
          <Avatar name={name} />
          <div>
            <div className={styles.name}>{name}</div>
            <div className={styles.small}>{text("door.off")}</div>
          </div>
        </div>
        <Note
          door={view.door}
          isRefused={view.refusal?.act === "leave-note"}
          onSend={(line) => onAct({ type: "leave-note", text: line })}
        />
      </Card>
      <p className={styles.small}>{text("door.promise")}</p>
      <Button kind="quiet" onPress={onLeave}>
        {text("door.back")}
      </Button>
    </Page>
  );
}

function leadOf({ has_host, host }: Door): MessageId {
  if (has_host) return host === null ? "door.lead" : "door.lead.host";
  return host === null ? "door.lead.away" : "door.lead.away.host";
}

function Knocking({ isHeldOff, onLeave }: { isHeldOff: boolean; onLeave: () => void }) {
  const text = useText();
  return (
    <Page title={text("door.knocking")} width="narrow" className={styles.page}>
      <div className={styles.roof}>
        <BrandMark className={styles.mark} />
      </div>
      <PageTitle>{text("door.knocking")}</PageTitle>
      {isHeldOff ? (
        <Lead className={styles.lead} role="status">
          {text("door.held")}
        </Lead>
      ) : (
        <Loading>{text("frame.loading")}</Loading>
      )}
      <Button kind="quiet" onPress={onLeave}>
        {text("door.back")}
      </Button>
    </Page>
  );
}

interface NoteProps {
  door: Door;
  isRefused: boolean;
  onSend: (line: string) => void;
}

/** One line, once. */
function Note({ door, isRefused, onSend }: NoteProps) {
  const text = useText();
  const [line, setLine] = useState("");
  const [isMissing, setMissing] = useState(false);
  if (door.note === "left") {
    return (
      <p className={styles.left} role="status">
        <Icon of={Check} />
        {text("door.note.left")}
      </p>
    );
  }

  function send(event: FormEvent) {
    event.preventDefault();
    const words = line.trim();
    setMissing(words === "");
    if (words !== "" && door.note === "none") onSend(words);
  }

  const error = isMissing ? text("door.note.missing") : isRefused ? text("door.note.failed") : null;
  return (
    <form className={styles.note} onSubmit={send} noValidate>
      <TextField
        isRequired
        label={text("door.note")}
        placeholder={text("door.note.example")}
        error={error}
        value={line}
        onChange={(value) => {
          setLine(value);
          setMissing(false);
        }}
        maxLength={MAX_NOTE_CHARACTERS}
        autoComplete="off"
        className={styles.field}
      />
      <Button type="submit" isDisabled={door.note === "sending"}>
        {text(door.note === "sending" ? "door.note.sending" : "door.note.send")}
      </Button>
    </form>
  );
}
