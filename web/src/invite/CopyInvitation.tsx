import { Check, Link2 } from "lucide-react";
import { useState } from "react";
import { useText } from "../i18n";
import { Button, type ButtonKind } from "../ui/Button";
import { Dialog, DialogActs } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { TextField } from "../ui/TextField";
import { useCopied } from "../ui/useCopied";
import styles from "./CopyInvitation.module.css";
import { ForOnePerson } from "./ForOnePerson";

export interface CopyInvitationProps {
  title: string;
  /** The open link; it leads somewhere only where `isOpen`. */
  link: string;
  isOpen: boolean;
  /** The meeting's id, for the personal link of a closed one; null when it is not the asker's. */
  findId: () => Promise<string | null>;
  /** Where everything about the meeting is settled. */
  pagePath: string;
  kind?: ButtonKind;
  /** The button's whole name where several stand on a page. */
  name?: string;
}

/** The words to send, in one press where one link is for everybody; for one person, by name, where it is not. */
export function CopyInvitation(props: CopyInvitationProps) {
  const { title, link, isOpen, kind, name } = props;
  const text = useText();
  const [copied, copy, reset] = useCopied();
  const [isAsking, setAsking] = useState(false);
  const isCopied = copied === "copied";
  return (
    <>
      <Button
        kind={kind}
        aria-label={name}
        onPress={() => (isOpen ? copy(text("invite.words", { title, link })) : setAsking(true))}
      >
        <Icon of={isCopied ? Check : Link2} />
        {text(isCopied ? "invite.copied" : "invite.copy")}
      </Button>
      <p role="status" className={isCopied ? styles.said : styles.unsaid}>
        {isCopied ? text("invite.open.can") : ""}
      </p>
      {isAsking && <ForOnePerson {...props} onClose={() => setAsking(false)} />}
      <Dialog title={text("invite.byHand")} isOpen={copied === "by-hand"} onClose={reset}>
        <p>{text("invite.byHand.lead")}</p>
        <TextField label={text("invite.link")} value={link} isReadOnly />
        <DialogActs>
          <Button kind="primary" onPress={reset}>
            {text("invite.close")}
          </Button>
        </DialogActs>
      </Dialog>
    </>
  );
}
