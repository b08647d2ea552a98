import { SendHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { MAX_CHAT_CHARACTERS } from "../../room/wire";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useCall } from "./CallContext";
import styles from "./Composer.module.css";

/** From here on the count of what is left is shown. */
const COUNT_SHOWN_BELOW = 200;

/** Characters as the server counts them: code points. */
function lengthOf(words: string): number {
  return Array.from(words).length;
}

export function Composer() {
  const text = useText();
  const call = useCall();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState("");
  const left = MAX_CHAT_CHARACTERS - lengthOf(draft.trim());

  // A keyboard that pops up over half a phone's screen should be asked for.
  useEffect(() => {
    if (!window.matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, []);

  function send(event: FormEvent) {
    event.preventDefault();
    const words = draft.trim();
    if (words === "" || left < 0) return;
    call.say(words);
    setDraft("");
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  }

  return (
    <form className={styles.composer} onSubmit={send}>
      <div className={styles.row}>
        <div className={styles.grower} data-text={`${draft} `}>
          <textarea
            ref={field}
            className={styles.field}
            aria-label={text("call.chat.message")}
            aria-required
            aria-describedby={`${id}-hint`}
            aria-invalid={left < 0}
            placeholder={text("call.chat.message")}
            rows={1}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        <Button
          kind="primary"
          isSquare
          type="submit"
          aria-label={text("call.chat.send")}
          isDisabled={left < 0}
        >
          <Icon of={SendHorizontal} />
        </Button>
      </div>
      <Hidden id={`${id}-hint`}>{text("call.chat.hint")}</Hidden>
      <CharactersLeft left={left} />
    </form>
  );
}

/** Said only when it begins to matter. */
function CharactersLeft({ left }: { left: number }) {
  const text = useText();
  if (left >= COUNT_SHOWN_BELOW) return null;
  const isOver = left < 0;
  return (
    <span className={classes(styles.left, isOver && styles.over)} role={isOver ? "alert" : undefined}>
      {isOver ? text("call.chat.tooLong", { count: -left }) : text("call.chat.left", { count: left })}
    </span>
  );
}
