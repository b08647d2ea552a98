import { Mic } from "lucide-react";
import { useEffect, useRef } from "react";
import { useText } from "../../i18n";
import { Icon } from "../../ui/Icon";
import styles from "./LevelMeter.module.css";

/** From here on it is a voice and not the room's hum. */
export const VOICE_LEVEL = 0.3;
const READ_EVERY_MS = 60;
const SAY_EVERY_MS = 500;

export interface LevelMeterProps {
  level: () => number;
  /** Called when a voice is heard. */
  onVoice: () => void;
}

/** A bar that moves with the voice. It is drawn outside React, sixteen times a second. */
export function LevelMeter({ level, onVoice }: LevelMeterProps) {
  const text = useText();
  const meter = useRef<HTMLDivElement>(null);
  const fill = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let shown = 0;
    let saidAt_ms = 0;
    const timer = window.setInterval(() => {
      const measured = level();
      if (measured >= VOICE_LEVEL) onVoice();
      // Up at once, down gently: as an ear would have it.
      shown = Math.max(measured, shown * 0.82);
      if (fill.current !== null) fill.current.style.transform = `scaleX(${shown.toFixed(3)})`;
      if (performance.now() - saidAt_ms < SAY_EVERY_MS) return;
      saidAt_ms = performance.now();
      meter.current?.setAttribute("aria-valuenow", String(Math.round(shown * 100)));
    }, READ_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [level, onVoice]);

  return (
    <div
      ref={meter}
      className={styles.meter}
      role="meter"
      aria-label={text("preJoin.level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <Icon of={Mic} size={18} />
      <div className={styles.track}>
        <div ref={fill} className={styles.fill} />
      </div>
    </div>
  );
}
