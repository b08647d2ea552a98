import { memo, useCallback, useEffect, useState } from "react";
import type { RoomSettings } from "../../room/view";
import type { Act, ParticipantId } from "../../room/wire";
import { useText } from "../../i18n";
import { remembered } from "../../remembered";
import { Loading } from "../../ui/Loading";
import { usePageTitle } from "../../ui/Page";
import { Announcer } from "./Announcer";
import { AskedToSpeak } from "./AskedToSpeak";
import type { Call } from "./call";
import { CallHeader } from "./CallHeader";
import { CallProvider, useCall, useRoomParts } from "./CallContext";
import styles from "./CallScreen.module.css";
import { ChatPanel } from "./ChatPanel";
import { LeaveDialog } from "./LeaveDialog";
import { isAskedBeforeLeaving } from "./leaving";
import { MutedHint, Notices } from "./Notices";
import { NumbersProvider, useNumbers } from "./numbers";
import { enterPanel, type PanelName } from "./panels";
import { PeoplePanel } from "./PeoplePanel";
import { BackDialog, EndDialog, HandOverDialog } from "./PersonDialogs";
import { ReportDialog } from "./ReportDialog";
import { RoomBanner } from "./RoomBanner";
import { SecurityPanel } from "./SecurityPanel";
import { SettingsPanel } from "./SettingsPanel";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { Stage } from "./Stage";
import { Tools } from "./Tools";
import { useShortcuts, type Shortcut } from "./useShortcuts";
import { useStay } from "./useStay";

export interface CallScreenProps {
  call: Call;
  /** The meeting's link as the person came by it. */
  code: string;
}

/** The room: header, stage, at most one panel, tools. */
export function CallScreen({ call, code }: CallScreenProps) {
  return (
    <CallProvider value={call}>
      <Screen code={code} />
    </CallProvider>
  );
}

interface ShortcutPlaces {
  readonly panel: PanelName | null;
  readonly onPanel: (panel: PanelName | null) => void;
  readonly onEnd: () => void;
  readonly onHandOver: () => void;
}

function useCallShortcuts({ panel, onPanel, onEnd, onHandOver }: ShortcutPlaces) {
  const call = useCall();
  const [isOn, setOn] = useState(remembered.shortcuts);
  const [isListed, setListed] = useState(false);

  // In a panel that is open already, somebody at the keyboard wants to do something before it closes.
  const toggle = (name: PanelName) => () => {
    if (panel !== name) onPanel(name);
    else if (!enterPanel()) onPanel(null);
  };
  const source = (name: "microphone" | "camera" | "screen") => () =>
    call.dispatch({ type: "sources", input: { type: "toggle", source: name } });
  const ifModerator = (act: () => void) => () => {
    if (call.view().may.is_moderator) act();
  };
  const ifHost = (act: () => void) => () => {
    if (call.view().may.is_host) act();
  };
  const ask = (actIn: (settings: RoomSettings) => Act | null) =>
    ifModerator(() => {
      const act = actIn(call.view().settings);
      if (act !== null) call.ask(act);
    });
  const acts: Readonly<Record<Shortcut, () => void>> = {
    microphone: source("microphone"),
    camera: source("camera"),
    screen: source("screen"),
    hand: () => call.dispatch({ type: "set-hand", raised: call.view().me?.hand_raised_at == null }),
    people: toggle("people"),
    chat: toggle("chat"),
    help: () => setListed(true),
    // Pressed twice in fright it must stay frozen: thawing has a button.
    freeze: ask(({ is_frozen }) => (is_frozen ? null : { type: "freeze" })),
    lock: ask(({ is_locked }) => ({ type: is_locked ? "unlock" : "lock" })),
    "mute-all": ask(() => ({ type: "mute-all" })),
    "stop-all-cameras": ask(() => ({ type: "stop-all-cameras" })),
    "lower-all-hands": ask(() => ({ type: "lower-all-hands" })),
    security: ifModerator(toggle("security")),
    "hand-over": ifHost(onHandOver),
    end: ifHost(onEnd),
  };
  useShortcuts(isOn, {
    onShortcut: (shortcut) => acts[shortcut](),
    onTalk: (pressed) =>
      call.dispatch({
        type: "sources",
        input: { type: pressed ? "talk-key-pressed" : "talk-key-released" },
      }),
  });
  function choose(on: boolean) {
    remembered.rememberShortcuts(on);
    setOn(on);
  }
  return { isOn, choose, isListed, setListed };
}

/** What a dialog over the call is about. */
type Over =
  | { readonly what: "report"; readonly about: ParticipantId | null }
  | { readonly what: "end" | "hand-over" | "leave" | "back" };

function Screen({ code }: Omit<CallScreenProps, "call">) {
  const text = useText();
  const { meeting, unread, may } = useRoomParts("meeting", "unread", "may");
  const [wanted, setPanel] = useState<PanelName | null>(null);
  const [over, setOver] = useState<Over | null>(null);
  // The address to send to others, which may have changed since.
  const link = `${window.location.origin}/m/${meeting?.code ?? code}`;
  // Who no longer runs the room no longer sees how.
  const panel = wanted === "security" && !may.is_moderator ? null : wanted;
  const report = useCallback((about: ParticipantId | null) => setOver({ what: "report", about }), []);
  const call = useCall();
  const leave = () => {
    if (isAskedBeforeLeaving(call.view())) setOver({ what: "leave" });
    else call.dispatch({ type: "leave" });
  };
  const shortcuts = useCallShortcuts({
    panel,
    onPanel: setPanel,
    onEnd: () => setOver({ what: "end" }),
    onHandOver: () => setOver({ what: "hand-over" }),
  });
  useStay(
    useCallback(() => {
      const what = isAskedBeforeLeaving(call.view()) ? "leave" : "back";
      setOver((now) => now ?? { what });
    }, [call]),
  );
  useTitle(meeting?.title || text("call.untitled"), unread);

  return (
    <div className={styles.call} data-in-call>
      <div>
        <CallHeader code={code} onDoor={() => setPanel("people")} onReport={() => report(null)} />
        <RoomBanner />
      </div>
      <main className={styles.middle}>
        <Middle link={link} />
        <Panel
          panel={panel}
          link={link}
          shortcuts={shortcuts}
          onReport={report}
          onHandOver={() => setOver({ what: "hand-over" })}
          onClose={() => setPanel(null)}
        />
      </main>
      <Tools panel={panel} onPanel={setPanel} onLeave={leave} />
      <ShortcutsDialog
        isOpen={shortcuts.isListed}
        isModerator={may.is_moderator}
        onClose={() => shortcuts.setListed(false)}
      />
      {over !== null && <OverCall over={over} onClose={() => setOver(null)} />}
      <Announcer />
    </div>
  );
}

function OverCall({ over, onClose }: { over: Over; onClose: () => void }) {
  const { others } = useRoomParts("others");
  if (over.what === "report") return <ReportDialog about={over.about} onClose={onClose} />;
  if (over.what === "leave") return <LeaveDialog onClose={onClose} />;
  if (over.what === "back") return <BackDialog onClose={onClose} />;
  if (over.what === "end") return <EndDialog onClose={onClose} />;
  return <HandOverDialog people={others.filter((one) => one.role === "cohost")} onClose={onClose} />;
}

function Middle({ link }: { link: string }) {
  const text = useText();
  const { phase, asked_by, is_muted_hint_shown } = useRoomParts("phase", "asked_by", "is_muted_hint_shown");
  return (
    <div className={styles.stage}>
      {phase === "joining" ? (
        <div className={styles.joining}>
          <Loading>{text("call.joining")}</Loading>
        </div>
      ) : (
        <Stage link={link} />
      )}
      <Notices />
      {asked_by !== null && <AskedToSpeak by={asked_by} />}
      {asked_by === null && is_muted_hint_shown && <MutedHint />}
    </div>
  );
}

interface PanelProps {
  panel: PanelName | null;
  link: string;
  shortcuts: ReturnType<typeof useCallShortcuts>;
  onReport: (about: ParticipantId) => void;
  onHandOver: () => void;
  onClose: () => void;
}

/** The numbers are given here, where they outlast every panel. */
function Panel(props: PanelProps) {
  const numbers = useNumbers(useRoomParts("me", "others", "waiting", "may", "meeting"));
  return (
    <NumbersProvider value={numbers}>
      <OpenPanel {...props} />
    </NumbersProvider>
  );
}

/** Drawn anew when a panel opens or closes, not when a number is given. */
const OpenPanel = memo(function OpenPanel(props: PanelProps) {
  const { panel, link, shortcuts, onReport, onHandOver, onClose } = props;
  switch (panel) {
    case "people":
      return <PeoplePanel link={link} onReport={onReport} onClose={onClose} />;
    case "chat":
      return <ChatPanel onClose={onClose} />;
    case "security":
      return <SecurityPanel onHandOver={onHandOver} onClose={onClose} />;
    case "settings":
      return (
        <SettingsPanel
          hasShortcuts={shortcuts.isOn}
          onShortcuts={shortcuts.choose}
          onShowShortcuts={() => shortcuts.setListed(true)}
          onClose={onClose}
        />
      );
    default:
      return null;
  }
});

/** Unread lines are counted in the tab's title too. */
function useTitle(title: string, unread: number): void {
  usePageTitle(unread > 0 ? `(${unread}) ${title}` : title);
  // In braces: newer browsers answer a scroll with a promise, which React would take for a clean-up.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
}
