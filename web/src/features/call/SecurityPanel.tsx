import { Lock, MicOff, Snowflake, Sun, VideoOff, Hand } from "lucide-react";
import { useId, useState } from "react";
import { useIntl } from "react-intl";
import type { RoomView } from "../../room/view";
import { RULE_NAMES, type RuleName } from "../../room/rules";
import { ruleChange, useRuleWords, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { RuleField } from "../../ui/RuleField";
import { ToggleButton } from "../../ui/ToggleButton";
import { useCall } from "./CallContext";
import { EndDialog } from "./PersonDialogs";
import styles from "./SecurityPanel.module.css";
import { SidePanel } from "./SidePanel";

/** Everything that keeps the room calm, the strongest first. */
export function SecurityPanel({ view, onClose }: { view: RoomView; onClose: () => void }) {
  const text = useText();
  return (
    <SidePanel title={text("safety.title")} onClose={onClose}>
      <Freeze isFrozen={view.settings.is_frozen} />
      <Profile view={view} />
      <Acts view={view} />
      <Rules view={view} />
      <Bans view={view} />
      {view.may.is_host && <End />}
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

function Profile({ view: { settings } }: { view: RoomView }) {
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

function Acts({ view: { settings } }: { view: RoomView }) {
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

function Rules({ view: { settings } }: { view: RoomView }) {
  const text = useText();
  const call = useCall();
  const words = useRuleWords();
  return (
    <section className={styles.rules} aria-labelledby="security-rules">
      <h3 id="security-rules">{text("safety.rules")}</h3>
      {RULE_NAMES.map((name) => (
        <RuleField
          key={name}
          {...words(name)}
          value={String(settings.rules[name])}
          onChange={(value) => call.ask({ type: "set-rules", rules: ruleChange(name, value) })}
          lockedBecause={settings.locked_rules.includes(name) ? text("rule.locked") : null}
        />
      ))}
    </section>
  );
}

function Bans({ view: { settings } }: { view: RoomView }) {
  const text = useText();
  const call = useCall();
  if (settings.bans.length === 0) return null;
  return (
    <section className={styles.bans} aria-labelledby="security-bans">
      <h3 id="security-bans">{text("safety.bans")}</h3>
      <ul>
        {settings.bans.map((ban) => (
          <li key={ban.id} className={styles.ban}>
            <span>{ban.name}</span>
            <Button
              aria-label={text("safety.bans.lift.named", { name: ban.name })}
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

function End() {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  return (
    <div className={styles.end}>
      <Button className={styles.endAct} onPress={() => setAsking(true)}>
        {text("safety.end")}
      </Button>
      {isAsking && <EndDialog onClose={() => setAsking(false)} />}
    </div>
  );
}
