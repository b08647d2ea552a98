import { Mic, MicOff, Video, VideoOff, X } from "lucide-react";
import { useText, type MessageId } from "../../i18n";
import type { Kind } from "../../room/rules";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./Notices.module.css";
import { obstacleWords } from "./obstacles";

const BOTH = "both";
type What = "microphone" | "camera" | typeof BOTH;

function whatOf(sources: readonly ("microphone" | "camera")[]): What | null {
  return sources.length > 1 ? BOTH : (sources[0] ?? null);
}

const TURN_ON: Readonly<Record<What, MessageId>> = {
  microphone: "call.held.turnOn.microphone",
  camera: "call.held.turnOn.camera",
  both: "call.held.turnOn.both",
};

const WHY: Readonly<Record<Kind, MessageId>> = {
  class: "call.held.why.class",
  meeting: "call.held.why.meeting",
  friends: "call.held.why.meeting",
};

/**
 * What somebody chose before joining and the room keeps off: said once, with the reason; when it may be on, one press
 * turns it on. Nothing turns on by itself.
 */
export function HeldNotice() {
  const { held } = useRoomParts("held");
  return (
    <>
      <KeptOff />
      {held.free.length > 0 && <Free />}
    </>
  );
}

function KeptOff() {
  const text = useText();
  const call = useCall();
  const { held, may, settings } = useRoomParts("held", "may", "settings");
  const what = whatOf(held.kept_off);
  const [first] = held.kept_off;
  if (what === null || first === undefined) return null;
  const obstacle = may[first] ?? "rule";
  const isRule = obstacle === "rule";
  const why = isRule && first === "microphone" ? WHY[settings.kind] : obstacleWords(first, obstacle);
  return (
    <div className={styles.notice} role="status">
      <Icon of={what === "camera" ? VideoOff : MicOff} />
      <p className={styles.words}>
        <strong>{text(`call.held.off.${what}`)}</strong> {text(why)}
        {isRule && what === BOTH && ` ${text(obstacleWords("camera", "rule"))}`}
      </p>
      <Button
        kind="quiet"
        isSquare
        aria-label={text("call.close")}
        onPress={() => call.dispatch({ type: "answer-held", on: false })}
      >
        <Icon of={X} />
      </Button>
    </div>
  );
}

function Free() {
  const text = useText();
  const call = useCall();
  const { held } = useRoomParts("held");
  const what = whatOf(held.free);
  if (what === null) return null;
  return (
    <div className={styles.notice} role="status">
      <Icon of={what === "camera" ? Video : Mic} />
      <p className={styles.words}>{text(`call.held.${held.is_beginning ? "free" : "now"}.${what}`)}</p>
      <Button kind="primary" onPress={() => call.dispatch({ type: "answer-held", on: true })}>
        {text(TURN_ON[what])}
      </Button>
      <Button onPress={() => call.dispatch({ type: "answer-held", on: false })}>
        {text("call.held.stayOff")}
      </Button>
    </div>
  );
}
