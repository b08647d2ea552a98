import { useIntl } from "react-intl";
import type { Announcement, HappeningKind } from "../../room/announcements";
import { useText, type MessageId, type Text } from "../../i18n";
import { Hidden } from "../../ui/Hidden";
import { useRoomParts } from "./CallContext";

/** More names than this are counted instead of read out. */
const MOST_NAMES = 3;

const SAID: Readonly<Record<HappeningKind, MessageId>> = {
  joined: "call.said.joined",
  left: "call.said.left",
  "hand-raised": "call.said.handRaised",
  "hand-lowered": "call.said.handLowered",
  chat: "call.said.chat",
  "share-started": "call.said.shareStarted",
  "share-ended": "call.said.shareEnded",
  "connection-lost": "call.said.connectionLost",
  "connection-back": "call.said.connectionBack",
  waiting: "safety.said.waiting",
  // Cancels "waiting"; has no words of its own.
  "stopped-waiting": "safety.door.empty",
  locked: "safety.said.locked",
  unlocked: "safety.said.unlocked",
  frozen: "safety.said.frozen",
  thawed: "safety.said.thawed",
  paused: "safety.said.paused",
  resumed: "safety.said.resumed",
  "asked-to-unmute": "safety.said.asked",
  "host-told": "safety.said.told",
};

const COUNTED: Partial<Record<HappeningKind, MessageId>> = {
  joined: "call.said.joinedMany",
  left: "call.said.leftMany",
  waiting: "safety.said.waitingMany",
};

export function sentences(
  { names }: Announcement,
  text: Text,
  list: (names: readonly string[]) => string,
): string {
  const kinds = Object.entries(names) as [HappeningKind, readonly string[]][];
  return kinds
    .map(([kind, who]) => {
      const counted = who.length > MOST_NAMES ? COUNTED[kind] : undefined;
      return counted === undefined
        ? text(SAID[kind], { names: list(who) })
        : text(counted, { count: who.length });
    })
    .join(" ");
}

/** The one live region of the call: polite, and merged, so that three arrivals are one message. */
export function Announcer() {
  const { announcement } = useRoomParts("announcement");
  const text = useText();
  const intl = useIntl();
  const words = announcement === null ? "" : sentences(announcement, text, (names) => intl.formatList(names));
  return (
    <Hidden role="status" aria-live="polite" aria-atomic="true">
      <span key={announcement?.number ?? 0}>{words}</span>
    </Hidden>
  );
}
