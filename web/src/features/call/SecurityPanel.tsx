import { Lock, MicOff, Snowflake, Sun, VideoOff, Hand } from "lucide-react";
import { useId, useState } from "react";
import { useIntl } from "react-intl";
import type { RoomSettings } from "../../room/view";
import { RULE_NAMES, type RuleName } from "../../room/rules";
import { ruleChange, useRuleWords, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { RuleField } from "../../ui/RuleField";
import { ToggleButton } from "../../ui/ToggleButton";
import { useCall, useRoomParts } from "./CallContext";
import { EndDialog } from "./PersonDialogs";
import { RowNumber } from "./RowActs";
import { shownNumber, useRowKeys } from "./rows";
import styles from "./SecurityPanel.module.css";
import { SidePanel } from "./SidePanel";

export interface SecurityPanelProps {
  onHandOver: () => void;
  onClose: () => void;
}

/** Everything that keeps the room calm, the strongest first. Rules and bans have numbers, as people have. */
export function SecurityPanel({ onHandOver, onClose }: SecurityPanelProps) {
  const text = useText();
  const { settings, may } = useRoomParts("settings", "may");
  const onRowKey = useRowKeys({ walks: false });
  return (
    <SidePanel
      title={text("safety.title")}
      onClose={onClose}
      onKeyDown={(event) => {
        if (onRowKey(event)) event.preventDefault();
      }}
    >
      <Freeze isFrozen={settings.is_frozen} />
      <Profile settings={settings} />
      <Acts settings={settings} />
      <Rules settings={settings} />
      <Bans settings={settings} />
      {may.is_host && <LastActs onHandOver={onHandOver} />}
    </SidePanel>
  );
}

function Freeze({ isFrozen }: { isFrozen: boolean }) {
  const text = useText();
  const call = useCall();
  const id = useId();
  if (isFrozen) {
    return (
      <Button kind="primary" size="large" isWide onPress={() => call.ask({ type: "thaw" })}>
        <Icon of={Sun} />
        {text("safety.thaw")}
      </Button>
    );
  }
  return (
    <div className={styles.freeze}>
      <Button
        kind="danger"
        size="large"
        isWide
        aria-keyshortcuts="Shift+F"
        aria-describedby={`${id}-what`}
        onPress={() => call.ask({ type: "freeze" })}
      >
        <Icon of={Snowflake} />
        {text("safety.freeze")}
      </Button>
      <p id={`${id}-what`} className={styles.hint}>
        {text("safety.freeze.explained")}
      </p>
    </div>
  );
}

/** What differs from safe is one sentence. */
export function useDiffers(differing: readonly RuleName[]): string {
  const text = useText();
  const intl = useIntl();
  const words = useRuleWords();
  if (differing.length === 0) return text("safety.safe");
  return text("safety.differs", { rules: intl.formatList(differing.map((name) => words(name).label)) });
}

function Profile({ settings }: { settings: RoomSettings }) {
  const text = useText();
  const differs = useDiffers(settings.differing);
  return (
    <Notice kind={settings.differing.length === 0 ? "trust" : "attention"} className={styles.profile}>
      <p>
        <strong>
          {text("safety.profile", { profile: text(`profile.${settings.profile}`) })}{" "}
          {text(`kind.${settings.kind}`)}.
        </strong>{" "}
        {differs}
      </p>
    </Notice>
  );
}

function Acts({ settings }: { settings: RoomSettings }) {
  const text = useText();
  const call = useCall();
  const id = useId();
  return (
    <div className={styles.acts}>
      <ToggleButton
        isSelected={settings.is_locked}
        onChange={(isLocked) => call.ask({ type: isLocked ? "lock" : "unlock" })}
        aria-describedby={`${id}-lock`}
        aria-keyshortcuts="Shift+L"
        className={styles.lock}
      >
        <Icon of={Lock} />
        {text("safety.lock")}
      </ToggleButton>
      <Button aria-keyshortcuts="Shift+M" onPress={() => call.ask({ type: "mute-all" })}>
        <Icon of={MicOff} />
        {text("safety.muteAll")}
      </Button>
      <Button aria-keyshortcuts="Shift+V" onPress={() => call.ask({ type: "stop-all-cameras" })}>
        <Icon of={VideoOff} />
        {text("safety.stopAllCameras")}
      </Button>
      <Button aria-keyshortcuts="Shift+H" onPress={() => call.ask({ type: "lower-all-hands" })}>
        <Icon of={Hand} />
        {text("safety.lowerAllHands")}
      </Button>
      <Hidden id={`${id}-lock`}>{text("safety.lock.hint")}</Hidden>
    </div>
  );
}

function Rules({ settings }: { settings: RoomSettings }) {
  const text = useText();
  const call = useCall();
  const words = useRuleWords();
  return (
    <section className={styles.rules} aria-labelledby="security-rules">
      <h3 id="security-rules">{text("safety.rules")}</h3>
      {RULE_NAMES.map((name, index) => (
        <div key={name} className={styles.rule} data-number={shownNumber(index + 1)}>
          <RowNumber number={index + 1} />
          <RuleField
            {...words(name)}
            value={String(settings.rules[name])}
            onChange={(value) => call.ask({ type: "set-rules", rules: ruleChange(name, value) })}
            lockedBecause={settings.locked_rules.includes(name) ? text("rule.locked") : null}
          />
        </div>
      ))}
    </section>
  );
}

function Bans({ settings }: { settings: RoomSettings }) {
  const text = useText();
  const call = useCall();
  const id = useId();
  if (settings.bans.length === 0) return null;
  return (
    <section className={styles.bans} aria-labelledby="security-bans">
      <h3 id="security-bans">{text("safety.bans")}</h3>
      <ul>
        {settings.bans.map((ban, index) => (
          <li key={ban.id} className={styles.ban} data-number={shownNumber(RULE_NAMES.length + index + 1)}>
            <span>
              <span>{ban.name}</span>{" "}
              <RowNumber id={`${id}-${ban.id}`} number={RULE_NAMES.length + index + 1} />
            </span>
            <Button
              aria-label={text("safety.bans.lift.named", { name: ban.name })}
              aria-describedby={`${id}-${ban.id}`}
              onPress={() => call.ask({ type: "lift-ban", ban_id: ban.id })}
            >
              {text("safety.bans.lift")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What changes who runs the room, and what ends it. */
function LastActs({ onHandOver }: { onHandOver: () => void }) {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className={styles.end}>
      <Button aria-keyshortcuts="Shift+G" onPress={onHandOver}>
        {text("safety.person.handOver")}
      </Button>
      <Button className={styles.endAct} aria-keyshortcuts="Shift+E" onPress={() => setAsking(true)}>
        {text("safety.end")}
      </Button>
      {isAsking && <EndDialog onClose={() => setAsking(false)} />}
    </div>
  );
}
