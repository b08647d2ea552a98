import { Check } from "lucide-react";
import { useEffect, useState } from "react";
import { useText } from "../../i18n";
import { Icon } from "../../ui/Icon";
import styles from "./PreJoin.module.css";

/** So long without a voice is worth a word. */
const SILENCE_MS = 7000;

export interface MicrophoneCheckProps {
  isHeard: boolean;
  canMeasure: () => boolean;
}

/** Says whether the microphone hears anything, so that nobody has to judge a moving bar. */
export function MicrophoneCheck({ isHeard, canMeasure }: MicrophoneCheckProps) {
  const text = useText();
  const [verdict, setVerdict] = useState<"waiting" | "silent" | "unknown">("waiting");
  useEffect(() => {
    if (isHeard) return undefined;
    const timer = window.setTimeout(() => setVerdict(canMeasure() ? "silent" : "unknown"), SILENCE_MS);
    return () => window.clearTimeout(timer);
  }, [isHeard, canMeasure]);

  if (isHeard) {
    return (
      <p className={styles.check} role="status">
        <Icon of={Check} size={18} />
        {text("preJoin.level.heard")}
      </p>
    );
  }
  return (
    <p className={styles.check} role="status">
      {text(`preJoin.level.${verdict}`)}
    </p>
  );
}
