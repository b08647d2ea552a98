import { useEffect, useState } from "react";
import { useText } from "../../i18n";
import { remembered } from "../../remembered";
import { Loading } from "../../ui/Loading";
import { usePageTitle } from "../../ui/Page";
import { Announcer } from "./Announcer";
import type { Call } from "./call";
import { CallHeader } from "./CallHeader";
import { CallProvider, useCall, useRoomView } from "./CallContext";
import styles from "./CallScreen.module.css";
import { ChatPanel } from "./ChatPanel";
import { MutedHint, Notices } from "./Notices";
import type { PanelName } from "./panels";
import { PeoplePanel } from "./PeoplePanel";
import { SettingsPanel } from "./SettingsPanel";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { Stage } from "./Stage";
import { Tools } from "./Tools";
import { useShortcuts, type Shortcut } from "./useShortcuts";

export interface CallScreenProps {
  call: Call;
  code: string;
  /** The address to send to others. */
  link: string;
}

/** The room: header, stage, at most one panel, tools. */
export function CallScreen({ call, code, link }: CallScreenProps) {
  return (
    <CallProvider value={call}>
      <Screen code={code} link={link} />
    </CallProvider>
  );
}

function useCallShortcuts(panel: PanelName | null, onPanel: (panel: PanelName | null) => void) {
  const call = useCall();
  const view = useRoomView();
  const [isOn, setOn] = useState(remembered.shortcuts);
  const [isListed, setListed] = useState(false);

  const toggle = (name: PanelName) => () => onPanel(panel === name ? null : name);
  const source = (name: "microphone" | "camera" | "screen") => () =>
    call.dispatch({ type: "sources", input: { type: "toggle", source: name } });
  const acts: Readonly<Record<Shortcut, () => void>> = {
    microphone: source("microphone"),
    camera: source("camera"),
    screen: source("screen"),
    hand: () => call.dispatch({ type: "set-hand", raised: view.me?.hand_raised_at == null }),
    people: toggle("people"),
    chat: toggle("chat"),
    help: () => setListed(true),
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

function Screen({ code, link }: Omit<CallScreenProps, "call">) {
  const text = useText();
  const view = useRoomView();
  const [panel, setPanel] = useState<PanelName | null>(null);
  const shortcuts = useCallShortcuts(panel, setPanel);
  const close = () => setPanel(null);
  useTitle(view.meeting?.title || text("call.untitled"), view.unread);

  return (
    <div className={styles.call}>
      <CallHeader view={view} code={code} />
      <main className={styles.middle}>
        <div className={styles.stage}>
          {view.phase === "joining" ? (
            <div className={styles.joining}>
              <Loading>{text("call.joining")}</Loading>
            </div>
          ) : (
            <Stage view={view} link={link} />
          )}
          <Notices view={view} />
          {view.is_muted_hint_shown && <MutedHint />}
        </div>
        {panel === "people" && <PeoplePanel view={view} link={link} onClose={close} />}
        {panel === "chat" && <ChatPanel lines={view.chat} onClose={close} />}
        {panel === "settings" && (
          <SettingsPanel
            view={view}
            hasShortcuts={shortcuts.isOn}
            onShortcuts={shortcuts.choose}
            onShowShortcuts={() => shortcuts.setListed(true)}
            onClose={close}
          />
        )}
      </main>
      <Tools view={view} panel={panel} onPanel={setPanel} />
      <ShortcutsDialog isOpen={shortcuts.isListed} onClose={() => shortcuts.setListed(false)} />
      <Announcer announcement={view.announcement} />
    </div>
  );
}

/** Unread lines are counted in the tab's title too. */
function useTitle(title: string, unread: number): void {
  usePageTitle(unread > 0 ? `(${unread}) ${title}` : title);
  // In braces: newer browsers answer a scroll with a promise, which React would take for a clean-up.
  useEffect(() => {
    window.scrollTo(0, 0);
  }, []);
}
