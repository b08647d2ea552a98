import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useParams } from "react-router";
import { api, isApiError, type MeetingLink } from "../api";
import { controlUrl } from "../control";
import { browserParts, Call, CallScreen } from "../features/call";
import { Left, type LeftReason } from "../features/left";
import { PreJoin, type JoinChoice } from "../features/pre-join";
import { Unreachable } from "../features/unreachable";
import { useText } from "../i18n";
import { loadMediaLink } from "../rtc";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";

type Looked =
  | { readonly state: "looking" }
  | { readonly state: "found"; readonly link: MeetingLink }
  | { readonly state: "unknown" }
  | { readonly state: "failed" };

async function look(code: string): Promise<Looked> {
  try {
    return { state: "found", link: await api.meetingLink(code) };
  } catch (error) {
    const isUnknown = isApiError(error, "meeting-unknown", "not-found");
    return { state: isUnknown ? "unknown" : "failed" };
  }
}

/** A meeting's link: the page before the room, the room, and the page after it. */
export function MeetingRoute() {
  const code = useParams()["code"] ?? "";
  return <MeetingPages key={code} code={code} />;
}

function MeetingPages({ code }: { code: string }) {
  const text = useText();
  const [looked, setLooked] = useState<Looked>({ state: "looking" });
  const [call, setCall] = useState<Call | null>(null);
  const lookAgain = useCallback(() => void look(code).then(setLooked), [code]);

  useEffect(lookAgain, [lookAgain]);
  // The media library is large: it is fetched while the person chooses a name, not after "Join now".
  useEffect(() => void loadMediaLink(), []);
  // Leaving by the browser's own buttons is leaving too.
  useEffect(() => {
    if (call === null) return undefined;
    const leave = () => call.dispatch({ type: "leave" });
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [call]);

  // Here, in the press of "Join now": the control channel and the devices start at the same moment.
  const join = (choice: JoinChoice) =>
    setCall(new Call(choice, browserParts(controlUrl(window.location.origin, code))));

  if (call !== null) return <CallPages call={call} code={code} onRejoin={() => setCall(null)} />;
  switch (looked.state) {
    case "found":
      return <PreJoin code={code} link={looked.link} onJoin={join} />;
    case "unknown":
      return <Left reason="unknown" />;
    case "failed":
      return <Unreachable onTryAgain={lookAgain} />;
    case "looking":
      return (
        <Page title={text("preJoin.title")}>
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}

/** The control channel's last word → the page that tells it. */
const REASONS: ReadonlyMap<string, LeftReason> = new Map([
  ["left", "left"],
  ["removed", "removed"],
  ["meeting-ended", "ended"],
  ["meeting-unknown", "unknown"],
  ["replaced", "replaced"],
  ["room-full", "full"],
]);

interface CallPagesProps {
  call: Call;
  code: string;
  onRejoin: () => void;
}

function CallPages({ call, code, onRejoin }: CallPagesProps) {
  const { ending } = useSyncExternalStore(call.subscribe, call.view);
  if (ending !== null) {
    return <Left reason={REASONS.get(ending.code) ?? "connection-lost"} onRejoin={onRejoin} />;
  }
  return <CallScreen call={call} code={code} link={`${window.location.origin}/m/${code}`} />;
}
