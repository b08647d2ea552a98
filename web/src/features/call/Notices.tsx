import { MicOff, ShieldAlert, UserX, Volume2, X } from "lucide-react";
import type { Rights } from "../../room/rights";
import type { Source, SourceFailure } from "../../room/sources";
import { useText, type MessageId } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useCall, useRoomParts } from "./CallContext";
import { HeldNotice } from "./HeldNotice";
import styles from "./Notices.module.css";
import { obstacleWords } from "./obstacles";
import { TroubleBanner } from "./TroubleBanner";

const SOURCES: readonly Source[] = ["microphone", "camera", "screen"];

/** What the room decided, in place of what went wrong. */
const DECIDED: Readonly<Record<Source, Partial<Record<SourceFailure, MessageId>>>> = {
  microphone: { "by-host": "safety.failure.microphone.byHost" },
  camera: { "by-host": "safety.failure.camera.byHost" },
  screen: { "by-host": "safety.failure.screen.byHost" },
};

type Fault = Exclude<SourceFailure, "by-host" | "not-allowed">;

const SCREEN: Readonly<Record<Fault, MessageId | null>> = {
  denied: "call.failure.screen.denied",
  unsupported: "call.failure.screen.unsupported",
  missing: "call.failure.screen.unknown",
  "in-use": "call.failure.screen.unknown",
  unknown: "call.failure.screen.unknown",
  // The person changed their mind, or stopped in the browser's own bar: they know.
  cancelled: null,
  lost: null,
};

function wordsFor(source: Source, failure: SourceFailure, may: Rights): MessageId | null {
  if (failure === "by-host") return DECIDED[source][failure] ?? null;
  if (failure === "not-allowed") return obstacleWords(source, may[source] ?? "rule");
  if (source === "screen") return SCREEN[failure];
  return failure === "cancelled" ? null : `call.failure.${source}.${failure}`;
}

/** What went wrong and what to do about it, over the top of the stage so that nothing below moves. */
export function Notices() {
  const call = useCall();
  const text = useText();
  const { trouble, is_sound_blocked, sources, may } = useRoomParts(
    "trouble",
    "is_sound_blocked",
    "sources",
    "may",
  );
  return (
    <div className={styles.notices}>
      {trouble !== null && <TroubleBanner trouble={trouble} />}
      {is_sound_blocked && (
        <div className={styles.notice}>
          <Icon of={Volume2} />
          <p className={styles.words}>{text("call.sound.blocked")}</p>
          <Button kind="primary" onPress={() => call.startSound()}>
            {text("call.sound.start")}
          </Button>
        </div>
      )}
      <HeldNotice />
      <RoomNotices />
      {SOURCES.map((source) => (
        <Failure key={source} source={source} failure={sources[source].failure} may={may} />
      ))}
    </div>
  );
}

/** Failures that trying again may mend. */
function canTryAgain(failure: SourceFailure): boolean {
  return failure !== "unsupported" && failure !== "by-host" && failure !== "not-allowed";
}

interface FailureProps {
  source: Source;
  failure: SourceFailure | null;
  may: Rights;
}

function Failure({ source, failure, may }: FailureProps) {
  const call = useCall();
  const text = useText();
  const words = failure === null ? null : wordsFor(source, failure, may);
  if (words === null || failure === null) return null;
  const dismiss = () => call.dispatch({ type: "sources", input: { type: "failure-dismissed", source } });
  const again = () => call.dispatch({ type: "sources", input: { type: "toggle", source } });
  return (
    <div className={styles.notice} role="alert">
      <p className={styles.words}>{text(words)}</p>
      {canTryAgain(failure) && <Button onPress={again}>{text("call.failure.again")}</Button>}
      <Button kind="quiet" isSquare aria-label={text("call.close")} onPress={dismiss}>
        <Icon of={X} />
      </Button>
    </div>
  );
}

const REFUSED: ReadonlyMap<string, MessageId> = new Map(
  (
    [
      "not-allowed",
      "rule-locked",
      "rule-bad",
      "participant-unknown",
      "not-waiting",
      "ban-unknown",
      "message-unknown",
      "bad-category",
      "rate-limited",
      "not-saved",
      "room-full",
      "name-needed",
      "name-too-long",
      "frozen",
      "paused",
    ] as const
  ).map((code) => [code, `safety.refused.${code}`]),
);

/** What the room refused, and what the server noticed. */
function RoomNotices() {
  const call = useCall();
  const text = useText();
  const { refusal, notices, settings } = useRoomParts("refusal", "notices", "settings");
  return (
    <>
      {refusal !== null && (
        <div key={refusal.number} className={styles.notice} role="alert">
          <p className={styles.words}>
            {text("safety.refused")} {text(REFUSED.get(refusal.code) ?? "call.failure.again")}
          </p>
          <Button
            kind="quiet"
            isSquare
            aria-label={text("call.close")}
            onPress={() => call.dispatch({ type: "dismiss-refusal" })}
          >
            <Icon of={X} />
          </Button>
        </div>
      )}
      <Removed />
      {notices.map(({ number, what, name }) => (
        <div key={number} className={styles.warning}>
          <Icon of={ShieldAlert} />
          <p className={styles.words}>
            {text(
              what === "leak-suspected" && name !== ""
                ? "safety.notice.link-passed-on"
                : `safety.notice.${what}`,
              { name },
            )}
          </p>
          {what === "leak-suspected" && name === "" && !settings.is_locked && (
            <Button onPress={() => call.ask({ type: "lock" })}>{text("safety.lock")}</Button>
          )}
          <Button onPress={() => call.dispatch({ type: "dismiss-notice", number })}>
            {text("safety.notice.read")}
          </Button>
        </div>
      ))}
    </>
  );
}

/** A removal that was a slip is undone with one press. */
function Removed() {
  const call = useCall();
  const text = useText();
  const { removed } = useRoomParts("removed");
  if (removed === null) return null;
  return (
    <div className={styles.notice} role="status">
      <Icon of={UserX} />
      <p className={styles.words}>{text("safety.removed", { name: removed.name })}</p>
      <Button onPress={() => call.ask({ type: "let-back", participant_id: removed.id })}>
        {text("safety.removed.letBack")}
      </Button>
      <Button
        kind="quiet"
        isSquare
        aria-label={text("call.close")}
        onPress={() => call.dispatch({ type: "dismiss-removed" })}
      >
        <Icon of={X} />
      </Button>
    </div>
  );
}

/** Somebody talks into a muted microphone. The announcements say it too. */
export function MutedHint() {
  const text = useText();
  return (
    <div className={styles.hint} role="status">
      <Icon of={MicOff} />
      <p>
        <strong>{text("call.muted.title")}</strong>
        <span className={styles.hintText}>{text("call.muted.text")}</span>
      </p>
    </div>
  );
}
