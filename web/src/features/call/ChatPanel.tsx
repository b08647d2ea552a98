import { ArrowDown, Trash2 } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useIntl } from "react-intl";
import type { ChatLine } from "../../room/view";
import { useText, type MessageId as TextId } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/Icon";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./ChatPanel.module.css";
import { Composer } from "./Composer";
import { groupLines, type LineGroup } from "./lines";
import { linkParts } from "./links";
import { obstacleWords } from "./obstacles";
import { SidePanel } from "./SidePanel";

/** Nearer to the end than this counts as reading along. */
const NEAR_END_PX = 60;

/** What was written, and the field to write in. A line stays here until the room has it, or says why not. */
export function ChatPanel({ onClose }: { onClose: () => void }) {
  const text = useText();
  const call = useCall();
  const { chat } = useRoomParts("chat");
  useEffect(() => {
    call.dispatch({ type: "show-chat", shown: true });
    return () => call.dispatch({ type: "show-chat", shown: false });
  }, [call]);
  return (
    <SidePanel title={text("call.chat")} onClose={onClose} foot={<Foot />}>
      <Lines lines={chat} />
    </SidePanel>
  );
}

/** The field to write in and who will read it; or why nothing can be written. */
function Foot() {
  const text = useText();
  const { may } = useRoomParts("may");
  if (may.chat !== null) return <p className={styles.closed}>{text(obstacleWords("chat", may.chat))}</p>;
  return (
    <>
      {may.chat_to === "hosts" && <p className={styles.readers}>{text("safety.chat.toHosts")}</p>}
      <Composer />
    </>
  );
}

function Lines({ lines }: { lines: readonly ChatLine[] }) {
  const text = useText();
  const list = useRef<HTMLOListElement>(null);
  const [isBehind, setBehind] = useState(false);
  const newest = lines[lines.length - 1];

  function toEnd() {
    const box = list.current?.parentElement;
    if (box != null) box.scrollTop = box.scrollHeight;
    setBehind(false);
  }

  useLayoutEffect(() => {
    const box = list.current?.parentElement;
    if (box == null || newest === undefined) return;
    if (!isBehind || newest.is_mine) box.scrollTop = box.scrollHeight;
  }, [newest, isBehind]);

  useEffect(() => {
    const box = list.current?.parentElement;
    if (box == null) return undefined;
    const onScroll = () => setBehind(box.scrollHeight - box.scrollTop - box.clientHeight > NEAR_END_PX);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => box.removeEventListener("scroll", onScroll);
  }, []);

  return (
    <>
      {lines.length === 0 && <p className={styles.empty}>{text("call.chat.empty")}</p>}
      <ol ref={list} className={styles.lines}>
        {groupLines(lines).map((group) => (
          <Group key={group.lines[0]?.message_id} group={group} />
        ))}
      </ol>
      {isBehind && (
        <Button className={styles.newest} onPress={toEnd}>
          <Icon of={ArrowDown} size={18} />
          {text("call.chat.newest")}
        </Button>
      )}
    </>
  );
}

function Group({ group }: { group: LineGroup }) {
  const text = useText();
  const intl = useIntl();
  return (
    <li className={classes(styles.group, group.is_mine && styles.mine)}>
      <div className={styles.head}>
        <span className={styles.name}>{group.is_mine ? text("call.chat.you") : group.name}</span>
        {group.at !== null && (
          <time dateTime={group.at}>{intl.formatTime(group.at, { hour: "2-digit", minute: "2-digit" })}</time>
        )}
      </div>
      {group.lines.map((line) => (
        <Line key={line.message_id} line={line} />
      ))}
    </li>
  );
}

const REFUSALS: ReadonlyMap<string, TextId> = new Map([
  ["rate-limited", "call.chat.refused.rateLimited"],
  ["chat-off", "safety.chat.refused.chatOff"],
  ["slow-mode", "safety.chat.refused.slowMode"],
  ["frozen", "safety.chat.refused.frozen"],
  ["paused", "safety.chat.refused.paused"],
  ["text-too-long", "call.chat.refused.tooLong"],
]);

function Line({ line }: { line: ChatLine }) {
  const text = useText();
  const call = useCall();
  const seconds = useRoomParts("settings").settings.rules.slow_mode_s;
  const { message_id } = line;
  const again = () => call.dispatch({ type: "control", input: { type: "retry-message", message_id } });
  return (
    <div className={classes(styles.line, line.state !== "written" && styles.waiting)}>
      <Words text={line.text} />
      {line.to === "hosts" && <span className={styles.state}>{text("safety.chat.hosts")}</span>}
      {line.may_delete && (
        <Button
          kind="quiet"
          isSquare
          className={styles.delete}
          aria-label={text("safety.chat.delete")}
          onPress={() => call.ask({ type: "delete-message", message_id })}
        >
          <Icon of={Trash2} size={18} />
        </Button>
      )}
      {line.state === "sending" && <span className={styles.state}>{text("call.chat.sending")}</span>}
      {line.state === "failed" && (
        <span className={styles.failed} role="alert">
          {text(REFUSALS.get(line.refusal ?? "") ?? "call.chat.failed", { seconds })}
          <Button kind="quiet" onPress={again}>
            {text("call.chat.again")}
          </Button>
        </span>
      )}
    </div>
  );
}

/** What was written, as it was written; addresses that are what they seem can be pressed. */
function Words({ text }: { text: string }) {
  return (
    <p dir="auto">
      {linkParts(text).map((part, index) =>
        part.href === null ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}
