import { useText, type MessageId } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import styles from "./ShortcutsDialog.module.css";
import { useKeyWords } from "./useKeyWords";

const LIST: readonly (readonly [key: string, words: MessageId])[] = [
  ["M", "call.microphone"],
  ["V", "call.camera"],
  ["S", "call.share"],
  ["H", "call.hand"],
  ["P", "call.people"],
  ["C", "call.chat"],
  ["?", "call.shortcuts.help"],
  ["Space", "call.shortcuts.talk"],
];

const FOR_HOSTS: readonly (readonly [key: string, words: MessageId])[] = [
  ["Shift+F", "safety.freeze"],
  ["Shift+L", "safety.lock"],
  ["Shift+M", "safety.muteAll"],
  ["Shift+V", "safety.stopAllCameras"],
  ["Shift+H", "safety.lowerAllHands"],
  ["Shift+S", "safety.shortcut.security"],
  ["Shift+G", "safety.person.handOver"],
  ["Shift+E", "safety.end"],
];

/** In a row that was gone to: first how one goes there. */
const IN_ROWS: readonly (readonly [key: string, words: MessageId])[] = [
  ["0–9 0–9", "safety.shortcut.number"],
  ["↑ ↓", "safety.shortcut.walk"],
  ["M", "safety.person.mute"],
  ["U", "safety.person.askToUnmute"],
  ["V", "safety.person.stopCamera"],
  ["S", "safety.person.stopShare"],
  ["H", "safety.person.lowerHand"],
  ["O", "safety.person.spotlight"],
  ["N", "safety.person.rename"],
  ["Shift+C", "safety.shortcut.cohost"],
  ["Delete", "safety.person.remove"],
  ["Shift+Delete", "safety.person.ban"],
];

const AT_DOOR: readonly (readonly [key: string, words: MessageId])[] = [
  ["Enter", "safety.door.admit"],
  ["Delete", "safety.door.deny"],
  ["W", "safety.door.denyWrongName"],
  ["F", "safety.door.denyFull"],
  ["X", "safety.door.denyOther"],
  ["Shift+Delete", "safety.person.ban"],
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
        <Rows of={LIST} />
        {isModerator && <Rows of={FOR_HOSTS} />}
      </dl>
      {isModerator && (
        <>
          <h3>{text("safety.shortcut.rows")}</h3>
          <p className={styles.note}>{text("safety.shortcut.rows.lead")}</p>
          <dl className={styles.list}>
            <Rows of={IN_ROWS} />
          </dl>
          <h3>{text("safety.shortcut.door")}</h3>
          <dl className={styles.list}>
            <Rows of={AT_DOOR} />
          </dl>
        </>
      )}
      <p className={styles.note}>{text("call.shortcuts.note")}</p>
      <DialogActs>
        <Button kind="primary" onPress={onClose}>
          {text("call.close")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}

function Rows({ of }: { of: typeof LIST }) {
  const text = useText();
  const keyWords = useKeyWords();
  return of.map(([key, words]) => (
    <div key={key} className={styles.row}>
      <dt>
        <kbd className={styles.key}>{keyWords(key)}</kbd>
      </dt>
      <dd>{text(words)}</dd>
    </div>
  ));
}
