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
import { isWorthTrying, remembered, wayKey, type RememberedPlace } from "../remembered";
import type { Claim, Ending } from "../room/control";
import type { ParticipantId } from "../room/wire";
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
  const { code, name, host, title, begins } = await api.personalLink(secret);
  const link = { is_host: false, title, name, invited_by: host, passcode: "none", begins } as const;
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
  return <MeetingPages key={code} find={find} way={wayKey(code, null)} invitation={null} />;
}

/** Somebody's personal link to a meeting: the same pages, with the name in it. */
export function InvitationRoute({ secret }: { secret: string }) {
  const find = useCallback(() => look(() => lookAtInvitation(secret)), [secret]);
  return <MeetingPages key={secret} find={find} way={wayKey("", secret)} invitation={secret} />;
}

interface MeetingPagesProps {
  find: () => Promise<Way | null>;
  /** What a place in the room is remembered under. */
  way: string;
  invitation: string | null;
}

function MeetingPages({ find, way, invitation }: MeetingPagesProps) {
  // Loaded again in the middle of a meeting, the page goes back there and asks nothing first: not even the link, which
  // a locked room would not answer.
  const [place, setPlace] = useState(() => placeToGoBackTo(way));
  const lost = useCallback(() => setPlace(null), []);
  // The media library is large: it is fetched while the person chooses a name, not after "Join now".
  useEffect(() => void loadMediaLink(), []);
  if (place === null) return <BeforeMeeting find={find} wayKey={way} />;
  return <Inside way={wayOf(place, invitation)} find={find} wayKey={way} place={place} onPlaceLost={lost} />;
}

function placeToGoBackTo(way: string): RememberedPlace | null {
  const place = remembered.place();
  return place !== null && !place.is_over && isWorthTrying(place, way, Date.now()) ? place : null;
}

function wayOf({ code, is_host, title, name, invited_by }: RememberedPlace, invitation: string | null): Way {
  return { code, invitation, link: { is_host, title, name, invited_by, passcode: "none", begins: null } };
}

function BeforeMeeting({ find, wayKey }: Pick<MeetingPagesProps, "find"> & { wayKey: string }) {
  const text = useText();
  const { loaded, reload } = useLoaded(find);

  switch (loaded.state) {
    case "ready":
      return <Inside way={loaded.thing} find={find} wayKey={wayKey} place={null} onPlaceLost={reload} />;
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

interface InsideProps {
  way: Way;
  find: () => Promise<Way | null>;
  wayKey: string;
  /** A place to go back to at once. */
  place: RememberedPlace | null;
  onPlaceLost: () => void;
}

interface Entered {
  readonly call: Call;
  readonly name: string;
  readonly isReload: boolean;
}

function Inside({ way, find, wayKey, place, onPlaceLost }: InsideProps) {
  const [link, setLink] = useState(way.link);
  // A page that is loaded again goes back in with its first breath.
  const [entered, setEntered] = useState(() =>
    place === null ? null : goBack({ way, wayKey, link }, place),
  );
  useEffect(() => {
    goingBack.clear();
    return entered === null ? undefined : stayWith(entered.call);
  }, [entered]);

  const back = useCallback(
    (passcode?: PreJoinLink["passcode"]) => {
      setEntered(null);
      if (passcode !== undefined) setLink((now) => ({ ...now, passcode }));
      // The room may have other rules by now. Where the link is not answered any more, the way back is open all the same.
      find().then(
        (found) => setLink((now) => ({ ...now, begins: found?.link.begins ?? null })),
        () => setLink((now) => ({ ...now, begins: null })),
      );
    },
    [find],
  );

  if (entered !== null) {
    const pages = { ...entered, code: way.code, isHost: link.is_host, onBack: back, onPlaceLost };
    return <CallPages {...pages} />;
  }
  // In the press of "Join now": the control channel opens at once and, for who opens the room, the devices.
  const join = (choice: JoinChoice) =>
    setEntered(enter({ way, wayKey, link }, choice, claimFor(choice, wayKey, link), false));
  const settingsPath = link.is_host ? `/meetings/${way.code}` : null;
  return <PreJoin link={link} settingsPath={settingsPath} onJoin={join} />;
}

interface DoorOf {
  readonly way: Way;
  readonly wayKey: string;
  readonly link: PreJoinLink;
}

function enter(door: DoorOf, choice: JoinChoice, claim: Claim | null, isReload: boolean): Entered {
  const { way, wayKey: key, link } = door;
  const { is_host, title, invited_by } = link;
  const about = { way: key, name: choice.name, is_host, title, invited_by };
  const parts = browserParts(window.location.origin, way.code, (kept) => {
    const code = kept?.code ?? way.code;
    remembered.rememberPlace(kept && { ...kept, ...about, code, seen_at_ms: Date.now() });
  });
  const { invitation } = way;
  const is_opening = is_host && !isReload;
  const wishes = { ...choice, invitation, is_opening, place: claim, is_reload: isReload };
  return { call: new Call(wishes, parts), name: choice.name, isReload };
}

/** Who is on the way back in, by the secret of the place, until the page of it has been put up. */
const goingBack = new Map<string, Entered>();

/** React may draw a page and throw it away before it puts it up: whoever goes back does so once all the same. */
function goBack(door: DoorOf, place: RememberedPlace): Entered {
  const begun = goingBack.get(place.secret);
  if (begun !== undefined) return begun;
  const { name, microphone, camera } = place;
  const choice = { name, passcode: null, microphone, camera, devices: remembered.devices() };
  const entered = enter(door, choice, claimOf(place), true);
  goingBack.set(place.secret, entered);
  return entered;
}

function claimOf({ participant_id, secret }: Pick<RememberedPlace, "participant_id" | "secret">): Claim {
  return { participant_id: participant_id as ParticipantId, secret };
}

/** Who left and comes back under the same name is the same person; the owner is the host again in any case. */
function claimFor({ name }: JoinChoice, wayKey: string, { is_host }: PreJoinLink): Claim | null {
  const place = remembered.place();
  const isTheirs = place !== null && place.name === name && isWorthTrying(place, wayKey, Date.now());
  return isTheirs && !is_host ? claimOf(place) : null;
}

/** Going to another page of ours is leaving; loading this one again, or losing it, is not. */
function stayWith(call: Call): () => void {
  const note = () => {
    const place = remembered.place();
    if (place !== null) remembered.rememberPlace({ ...place, seen_at_ms: Date.now() });
  };
  window.addEventListener("pagehide", note);
  return () => {
    window.removeEventListener("pagehide", note);
    call.dispatch({ type: "leave" });
  };
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
  isReload: boolean;
  onBack: (passcode?: PreJoinLink["passcode"]) => void;
  onPlaceLost: () => void;
}

function CallPages(props: CallPagesProps) {
  const { call, name, code, isHost, isReload, onBack } = props;
  const { ending, phase, is_dropped: isDropped } = usePartsOf(call, "ending", "phase", "is_dropped");
  const [wasInside, setInside] = useState(false);
  if (phase === "in" && !wasInside) setInside(true);

  if (ending !== null) return <AfterCall {...props} ending={ending} wasInside={wasInside} />;
  if (isDropped && !wasInside) return <DroppedOnTheWay onLeave={() => onBack()} />;
  if (phase === "waiting" || (phase === "joining" && !isHost && !isReload && !wasInside)) {
    return <Waiting call={call} name={name} />;
  }
  return <CallScreen call={call} code={code} />;
}

interface AfterCallProps extends CallPagesProps {
  ending: Ending;
  wasInside: boolean;
}

function AfterCall({ call, ending, isReload, wasInside, onBack, onPlaceLost }: AfterCallProps) {
  const { report_ticket: ticket } = usePartsOf(call, "report_ticket");
  const passcode = PASSCODE_ANSWERS.get(ending.code);
  useEffect(() => {
    if (passcode !== undefined) onBack(passcode);
  }, [passcode, onBack]);
  const isPlaceLost = isReload && ending.code === "resume-unknown";
  useEffect(() => {
    if (isPlaceLost) onPlaceLost();
  }, [isPlaceLost, onPlaceLost]);

  if (isPlaceLost) return null;
  // Who turns round at the door was never inside.
  if (ending.code === "left" && !wasInside) return <TurnedRound onBack={onBack} />;
  const reason = REASONS.get(`${ending.code} ${ending.reason ?? ""}`.trim()) ?? REASONS.get(ending.code);
  return <Left reason={reason ?? "connection-lost"} reportTicket={ticket} onRejoin={() => onBack()} />;
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
