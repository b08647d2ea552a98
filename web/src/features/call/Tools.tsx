import {
  Ellipsis,
  Hand,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  Phone,
  Settings2,
  ShieldCheck,
  Users,
  Video,
  VideoOff,
  type LucideIcon,
} from "lucide-react";
import { useId, type ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { ToggleButton as AriaToggleButton } from "react-aria-components/ToggleButton";
import { canShareScreen } from "../../rtc";
import type { Source } from "../../room/sources";
import { useText, type MessageId } from "../../i18n";
import { classes } from "../../ui/classes";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { useCall, useRoomParts } from "./CallContext";
import type { PanelName } from "./panels";
import styles from "./Tools.module.css";

/** What a tool counts, and the words for it. */
type Counted = "waiting" | "unread";
const COUNT_WORDS: Readonly<Record<Counted, MessageId>> = {
  waiting: "safety.door.badge",
  unread: "call.chat.unread",
};

interface ToolProps {
  icon: LucideIcon;
  label: string;
  isOn: boolean;
  onToggle: () => void;
  /** "source" is red while off; "panel" is green while on. */
  look?: "source" | "panel";
  shortcut?: string;
  counts?: Counted;
  isBusy?: boolean;
  /** The room does not allow it just now: pressing it says why. */
  isForbidden?: boolean;
  /** Moves into "More" on phones. */
  isExtra?: boolean;
}

function lookOf({ look = "panel", isOn, isExtra, isForbidden }: ToolProps): string {
  return classes(
    styles.tool,
    isOn && look === "panel" && styles.on,
    !isOn && look === "source" && styles.off,
    isForbidden === true && styles.forbidden,
    isExtra && styles.extra,
  );
}

/** One labelled tool. Its name never changes; `aria-pressed` says whether it is on. */
function Tool(props: ToolProps) {
  const { icon, label, isOn, onToggle, shortcut, counts, isBusy } = props;
  const countId = useId();
  return (
    <>
      <AriaToggleButton
        className={lookOf(props)}
        isSelected={isOn}
        onChange={onToggle}
        aria-label={label}
        aria-keyshortcuts={shortcut}
        aria-describedby={counts === undefined ? undefined : countId}
        data-busy={isBusy === true || undefined}
      >
        <Icon of={icon} size={24} />
        <span>{label}</span>
        {counts !== undefined && <CountMark of={counts} />}
      </AriaToggleButton>
      {/* Outside the button: its name is its label and nothing more. */}
      {counts !== undefined && <CountWords of={counts} id={countId} />}
    </>
  );
}

/** These two are drawn with every change of a number, the tool around them is not. */
function useCount(of: Counted): number {
  const { waiting, unread } = useRoomParts("waiting", "unread");
  return of === "waiting" ? waiting.length : unread;
}

function CountMark({ of }: { of: Counted }) {
  const count = useCount(of);
  return count > 0 && <span className={styles.count} data-count={count > 99 ? "99+" : count} aria-hidden />;
}

function CountWords({ of, id }: { of: Counted; id: string }) {
  const text = useText();
  const count = useCount(of);
  return <Hidden id={id}>{count > 0 && text(COUNT_WORDS[of], { count })}</Hidden>;
}

export interface ToolsProps {
  panel: PanelName | null;
  onPanel: (panel: PanelName | null) => void;
  onLeave: () => void;
}

type PanelProps = Pick<ToolsProps, "panel" | "onPanel">;

/** The tools, in one place, in the same order everywhere; phones keep five. */
export function Tools(props: ToolsProps) {
  const text = useText();
  return (
    <footer aria-label={text("call.tools")} className={styles.tools}>
      <SourceTools />
      <span className={styles.gap} />
      <PanelTools {...props} />
      <More {...props} />
      <span className={styles.gap} />
      <AriaButton className={classes(styles.tool, styles.leave)} onPress={props.onLeave}>
        <Icon of={Phone} size={24} className={styles.hangUp} />
        <span>{text("call.leave")}</span>
      </AriaButton>
    </footer>
  );
}

function SourceTools() {
  const text = useText();
  const call = useCall();
  const { sources, may, me } = useRoomParts("sources", "may", "me");
  const { microphone, camera, screen } = sources;
  const toggle = (source: Source) => () =>
    call.dispatch({ type: "sources", input: { type: "toggle", source } });
  const isRaised = me?.hand_raised_at != null;
  return (
    <>
      <Tool
        icon={microphone.wanted ? Mic : MicOff}
        label={text("call.microphone")}
        look="source"
        shortcut="M"
        isOn={microphone.wanted}
        isBusy={microphone.is_changing}
        isForbidden={may.microphone !== null}
        onToggle={toggle("microphone")}
      />
      <Tool
        icon={camera.wanted ? Video : VideoOff}
        label={text("call.camera")}
        look="source"
        shortcut="V"
        isOn={camera.wanted}
        isBusy={camera.is_changing}
        isForbidden={may.camera !== null}
        onToggle={toggle("camera")}
      />
      {canShareScreen() && (
        <Tool
          icon={MonitorUp}
          label={text("call.share")}
          shortcut="S"
          isOn={screen.wanted}
          isBusy={screen.is_changing}
          isForbidden={may.screen !== null}
          onToggle={toggle("screen")}
          isExtra
        />
      )}
      <Tool
        icon={Hand}
        label={text("call.hand")}
        shortcut="H"
        isOn={isRaised}
        onToggle={() => call.dispatch({ type: "set-hand", raised: !isRaised })}
        isExtra
      />
    </>
  );
}

function PanelTools({ panel, onPanel }: PanelProps) {
  const text = useText();
  const { may } = useRoomParts("may");
  const toggle = (name: PanelName) => () => onPanel(panel === name ? null : name);
  return (
    <>
      <Tool
        icon={Users}
        label={text("call.people")}
        shortcut="P"
        isOn={panel === "people"}
        onToggle={toggle("people")}
        counts="waiting"
        isExtra
      />
      <Tool
        icon={MessageSquare}
        label={text("call.chat")}
        shortcut="C"
        isOn={panel === "chat"}
        onToggle={toggle("chat")}
        counts="unread"
      />
      {may.is_moderator && (
        <Tool
          icon={ShieldCheck}
          label={text("safety.title")}
          shortcut="Shift+S"
          isOn={panel === "security"}
          onToggle={toggle("security")}
          isExtra
        />
      )}
      <Tool
        icon={Settings2}
        label={text("call.settings")}
        isOn={panel === "settings"}
        onToggle={toggle("settings")}
        isExtra
      />
    </>
  );
}

/** On phones: the tools that do not fit. */
function More({ panel, onPanel }: PanelProps) {
  const text = useText();
  const call = useCall();
  const { me, may } = useRoomParts("me", "may");
  const isRaised = me?.hand_raised_at != null;
  const open = (name: PanelName) => () => onPanel(panel === name ? null : name);
  const trigger: ReactNode = (
    <AriaButton className={classes(styles.tool, styles.more)}>
      <Icon of={Ellipsis} size={24} />
      <span>{text("call.more")}</span>
    </AriaButton>
  );
  return (
    <Menu label={text("call.more")} trigger={trigger}>
      <MenuItem icon={Hand} onAction={() => call.dispatch({ type: "set-hand", raised: !isRaised })}>
        {text(isRaised ? "call.people.lowerHand" : "call.hand")}
      </MenuItem>
      <MenuItem icon={Users} onAction={open("people")}>
        {text("call.people")}
      </MenuItem>
      {canShareScreen() ? (
        <MenuItem
          icon={MonitorUp}
          onAction={() => call.dispatch({ type: "sources", input: { type: "toggle", source: "screen" } })}
        >
          {text("call.share")}
        </MenuItem>
      ) : null}
      {may.is_moderator ? (
        <MenuItem icon={ShieldCheck} onAction={open("security")}>
          {text("safety.title")}
        </MenuItem>
      ) : null}
      <MenuItem icon={Settings2} onAction={open("settings")}>
        {text("call.settings")}
      </MenuItem>
    </Menu>
  );
}
