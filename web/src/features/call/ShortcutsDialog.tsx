import { useText, type MessageId } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import styles from "./ShortcutsDialog.module.css";

const LIST: readonly (readonly [key: string, words: MessageId])[] = [
  ["M", "call.microphone"],
  ["V", "call.camera"],
  ["S", "call.share"],
  ["H", "call.hand"],
  ["P", "call.people"],
  ["C", "call.chat"],
  ["?", "call.shortcuts.help"],
];

const FOR_HOSTS: readonly (readonly [key: string, words: MessageId])[] = [
  ["Shift + F", "safety.freeze"],
  ["Shift + L", "safety.lock"],
  ["Shift + M", "safety.muteAll"],
  ["Shift + V", "safety.stopAllCameras"],
  ["Shift + H", "safety.lowerAllHands"],
  ["Shift + S", "safety.shortcut.security"],
  ["Shift + E", "safety.end"],
];

export interface ShortcutsDialogProps {
  isOpen: boolean;
  isModerator: boolean;
  onClose: () => void;
}

export function ShortcutsDialog({ isOpen, isModerator, onClose }: ShortcutsDialogProps) {
  const text = useText();
  return (
    <Dialog title={text("call.shortcuts.title")} isOpen={isOpen} onClose={onClose}>
      <dl className={styles.list}>
        {LIST.map(([key, words]) => (
          <Row key={key} name={key} words={text(words)} />
        ))}
        <Row name={text("call.shortcuts.space")} words={text("call.shortcuts.talk")} />
        {isModerator && FOR_HOSTS.map(([key, words]) => <Row key={key} name={key} words={text(words)} />)}
      </dl>
      {isModerator && <p className={styles.note}>{text("safety.shortcut.people")}</p>}
      <p className={styles.note}>{text("call.shortcuts.note")}</p>
      <DialogActs>
        <Button kind="primary" onPress={onClose}>
          {text("call.close")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

function Row({ name, words }: { name: string; words: string }) {
  return (
    <div className={styles.row}>
      <dt>
        <kbd className={styles.key}>{name}</kbd>
      </dt>
      <dd>{words}</dd>
    </div>
  );
}
