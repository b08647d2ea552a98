import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { api, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { TextField } from "../../ui/TextField";
import { useCopied } from "../../ui/useCopied";
import { useRequest } from "../../ui/useRequest";
import styles from "./Meeting.module.css";

interface OpenLinkProps {
  meeting: Meeting;
  settle: (meeting: Meeting) => void;
}

/** The one link for everybody, if the rules open it; and the way to make the old one lead nowhere. */
export function OpenLink({ meeting, settle }: OpenLinkProps) {
  const text = useText();
  const [copied, copy] = useCopied();
  const [isAsking, setAsking] = useState(false);
  const [isRotated, setRotated] = useState(false);
  const isOpen = meeting.rules.open_link;
  return (
    <Card className={styles.section}>
      <h2>{text("meeting.open")}</h2>
      <p className={styles.lead}>{text(isOpen ? "meeting.open.lead" : "meeting.open.closed")}</p>
      {isOpen && <TextField label={text("meeting.open.link")} value={meeting.link} isReadOnly />}
      {isOpen && (
        <div className={styles.acts}>
          <Button onPress={() => copy(meeting.link)}>
            <Icon of={copied === "copied" ? Check : Link2} />
            {text(copied === "copied" ? "meeting.fresh.copied" : "meeting.open.copy")}
          </Button>
          <Button onPress={() => setAsking(true)}>{text("meeting.open.rotate")}</Button>
        </div>
      )}
      {copied === "by-hand" && <p role="alert">{text("meeting.fresh.byHand")}</p>}
      <Hidden role="status">{isRotated ? text("meeting.open.rotated") : ""}</Hidden>
      {isAsking && (
        <RotateDialog
          meeting={meeting}
          onClose={() => setAsking(false)}
          onRotated={(changed) => {
            setAsking(false);
            setRotated(true);
            settle(changed);
          }}
        />
      )}
    </Card>
  );
}

interface RotateDialogProps {
  meeting: Meeting;
  onClose: () => void;
  onRotated: (meeting: Meeting) => void;
}

function RotateDialog({ meeting, onClose, onRotated }: RotateDialogProps) {
  const text = useText();
  const errorText = useErrorText();
  const { ask, isBusy, error } = useRequest();
  return (
    <Dialog title={text("meeting.open.rotate.title")} isOpen onClose={onClose} isAlert>
      <p>{text("meeting.open.rotate.lead")}</p>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <DialogActs>
        <Button onPress={onClose} autoFocus>
          {text("frame.cancel")}
        </Button>
        <Button kind="danger" onPress={() => ask(api.changeLink(meeting.id), onRotated)} isPending={isBusy}>
          {text("meeting.open.rotate")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}
