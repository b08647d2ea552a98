import { useCallback, useEffect, useState } from "react";
import { useParams } from "react-router";
import { useAccount } from "../account";
import { api, isApiError } from "../api";
import { browserParts, Call, CallScreen, usePartsOf } from "../features/call";
import { AtDoor } from "../features/door";
import { Left, type LeftReason } from "../features/left";
import { PreJoin, type JoinChoice, type PreJoinLink } from "../features/pre-join";
import { Dropped, Unreachable } from "../features/unreachable";
import { useText } from "../i18n";
import { loadMediaLink } from "../rtc";
import { useLoaded } from "../ui/Loaded";
import { Loading } from "../ui/Loading";
import { Page } from "../ui/Page";

/** A way to a meeting's door: its open link, or somebody's personal link. */
interface Way {
  readonly code: string;
  /** The secret of a personal link. */
  readonly invitation: string | null;
  readonly link: PreJoinLink;
}

async function lookAtLink(code: string): Promise<Way> {
  const found = await api.meetingLink(code);
  const passcode = found.needs_passcode ? "needed" : "none";
  return { code: found.code, invitation: null, link: { ...found, invited_by: null, passcode } };
}

async function lookAtInvitation(secret: string): Promise<Way> {
  const { code, name, host, title } = await api.personalLink(secret);
  const link = { is_host: false, title, name, invited_by: host, passcode: "none" } as const;
  return { code, invitation: secret, link };
}

/** Null when the link leads nowhere. */
async function look(find: () => Promise<Way>): Promise<Way | null> {
  try {
    return await find();
  } catch (error) {
    if (isApiError(error, "meeting-unknown", "not-found")) return null;
    throw error;
  }
}

/** A meeting's open link: the page before the room, the door, the room, and the page after it. */
export function MeetingRoute() {
  const code = useParams()["code"] ?? "";
  const find = useCallback(() => look(() => lookAtLink(code)), [code]);
  return <MeetingPages key={code} find={find} />;
}

/** Somebody's personal link to a meeting: the same pages, with the name in it. */
export function InvitationRoute({ secret }: { secret: string }) {
  const find = useCallback(() => look(() => lookAtInvitation(secret)), [secret]);
  return <MeetingPages key={secret} find={find} />;
}

function MeetingPages({ find }: { find: () => Promise<Way | null> }) {
  const text = useText();
  const { loaded, reload } = useLoaded(find);
  // The media library is large: it is fetched while the person chooses a name, not after "Join now".
  useEffect(() => void loadMediaLink(), []);

  switch (loaded.state) {
    case "ready":
      return <Inside way={loaded.thing} />;
    case "none":
      return <Left reason="unknown" />;
    case "failed":
      return <Unreachable onTryAgain={reload} />;
    case "loading":
      return (
        <Page title={text("preJoin.title")}>
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}

/** Answers at the door that ask for something to be written, not for going away. */
const PASSCODE_ANSWERS: ReadonlyMap<string, PreJoinLink["passcode"]> = new Map([
  ["passcode-needed", "needed"],
  ["passcode-wrong", "wrong"],
]);

function Inside({ way }: { way: Way }) {
  const [link, setLink] = useState(way.link);
  const [call, setCall] = useState<{ readonly call: Call; readonly name: string } | null>(null);
  // Leaving by the browser's own buttons is leaving too.
  useEffect(() => {
    if (call === null) return undefined;
    const leave = () => call.call.dispatch({ type: "leave" });
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [call]);

  // Here, in the press of "Join now": the control channel opens at once and, for who opens the room, the devices.
  function join(choice: JoinChoice) {
    const parts = browserParts(window.location.origin, way.code);
    const wishes = { ...choice, invitation: way.invitation, is_opening: link.is_host };
    setCall({ call: new Call(wishes, parts), name: choice.name });
  }

  const back = useCallback((passcode?: PreJoinLink["passcode"]) => {
    setCall(null);
    if (passcode !== undefined) setLink((now) => ({ ...now, passcode }));
  }, []);

  if (call === null) return <PreJoin link={link} onJoin={join} />;
  return <CallPages {...call} code={way.code} isHost={link.is_host} onBack={back} />;
}

/** The control channel's last word → the page that tells it. */
const REASONS: ReadonlyMap<string, LeftReason> = new Map([
  ["left", "left"],
  ["removed", "removed"],
  ["banned", "banned"],
  ["denied", "denied"],
  ["denied wrong-name", "denied-wrong-name"],
  ["denied full", "denied-full"],
  ["denied other", "denied-other"],
  ["meeting-ended", "ended"],
  ["meeting-unknown", "unknown"],
  ["replaced", "replaced"],
  ["signed-out", "signed-out"],
  ["room-full", "full"],
]);

interface CallPagesProps {
  call: Call;
  name: string;
  code: string;
  isHost: boolean;
  onBack: (passcode?: PreJoinLink["passcode"]) => void;
}

function CallPages({ call, name, code, isHost, onBack }: CallPagesProps) {
  const { ending, phase, is_dropped: isDropped } = usePartsOf(call, "ending", "phase", "is_dropped");
  const [wasInside, setInside] = useState(false);
  const passcode = ending === null ? undefined : PASSCODE_ANSWERS.get(ending.code);
  useEffect(() => {
    if (passcode !== undefined) onBack(passcode);
  }, [passcode, onBack]);
  if (phase === "in" && !wasInside) setInside(true);

  if (ending !== null) {
    // Who turns round at the door was never inside.
    if (ending.code === "left" && !wasInside) return <TurnedRound onBack={onBack} />;
    const reason = REASONS.get(`${ending.code} ${ending.reason ?? ""}`.trim()) ?? REASONS.get(ending.code);
    return <Left reason={reason ?? "connection-lost"} onRejoin={() => onBack()} />;
  }
  if (isDropped && !wasInside) return <DroppedOnTheWay onLeave={() => onBack()} />;
  if (phase === "waiting" || (phase === "joining" && !isHost && !wasInside)) {
    return <Waiting call={call} name={name} />;
  }
  return <CallScreen call={call} code={code} />;
}

function Waiting({ call, name }: Pick<CallPagesProps, "call" | "name">) {
  return (
    <AtDoor
      view={usePartsOf(call, "door", "is_held_off", "refusal", "is_linked")}
      name={name}
      onAct={(act) => call.ask(act)}
      onLeave={() => call.dispatch({ type: "leave" })}
    />
  );
}

function DroppedOnTheWay({ onLeave }: { onLeave: () => void }) {
  const { signIn } = useAccount();
  const isAdministrator = signIn.state === "signed-in" && signIn.account.role === "admin";
  return <Dropped isAdministrator={isAdministrator} onLeave={onLeave} />;
}

function TurnedRound({ onBack }: { onBack: () => void }) {
  useEffect(() => onBack(), [onBack]);
  return null;
}
