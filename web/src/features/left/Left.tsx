import { Flag, LogIn, RotateCw } from "lucide-react";
import { useState } from "react";
import { useText, type MessageId } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { LateReport } from "./LateReport";

/** Why somebody is not, or no longer, in the room. */
export type LeftReason =
  | "left"
  | "removed"
  | "banned"
  | "denied"
  | "denied-wrong-name"
  | "denied-full"
  | "denied-other"
  | "ended"
  | "replaced"
  | "signed-out"
  | "unknown"
  | "full"
  | "connection-lost";

/** What going back in is called, where it makes sense at all. */
const REJOIN: Readonly<Record<LeftReason, MessageId | null>> = {
  left: "left.goBack",
  // Who was taken out knocks again, and waits, or comes in when the host has undone it.
  removed: "left.askAgain",
  banned: null,
  denied: null,
  "denied-wrong-name": null,
  "denied-full": null,
  "denied-other": null,
  ended: null,
  replaced: "left.useHere",
  "signed-out": "left.goBack",
  unknown: null,
  full: "left.tryAgain",
  "connection-lost": "left.goBack",
};

export interface LeftProps {
  reason: LeftReason;
  /** Of who was inside: with it, something can be reported still. */
  reportTicket?: string | null;
  onRejoin?: () => void;
}

/** The one page for everything after, or instead of, the room: what happened and where to go from here. */
export function Left({ reason, reportTicket = null, onRejoin }: LeftProps) {
  const text = useText();
  const [isReporting, setReporting] = useState(false);
  const rejoin = onRejoin === undefined ? null : REJOIN[reason];
  return (
    <Page title={text(`left.${reason}.title`)} width="narrow">
      <PageTitle>{text(`left.${reason}.title`)}</PageTitle>
      <Lead>{text(`left.${reason}.lead`)}</Lead>
      <Acts>
        {rejoin !== null && (
          <Button kind={reason === "removed" ? "plain" : "primary"} onPress={onRejoin}>
            <Icon of={rejoin === "left.tryAgain" ? RotateCw : LogIn} />
            {text(rejoin)}
          </Button>
        )}
        <LinkButton to="/" kind={rejoin === null || reason === "removed" ? "primary" : "plain"}>
          {text("frame.home")}
        </LinkButton>
        {reportTicket !== null && (
          <Button kind="quiet" onPress={() => setReporting(true)}>
            <Icon of={Flag} />
            {text("safety.report.title")}
          </Button>
        )}
      </Acts>
      {isReporting && reportTicket !== null && (
        <LateReport ticket={reportTicket} onClose={() => setReporting(false)} />
      )}
    </Page>
  );
}
