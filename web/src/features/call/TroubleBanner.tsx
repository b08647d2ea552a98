import { RefreshCw } from "lucide-react";
import { useEffect, useState } from "react";
import type { Trouble } from "../../room/view";
import { useText } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { useOnline } from "../../ui/useOnline";
import { useCall } from "./CallContext";
import styles from "./TroubleBanner.module.css";

/**
 * What is interrupted, for how long, and what is being tried. It counts for the eye alone: assistive technology
 * hears of the beginning and the end from the announcements.
 */
export function TroubleBanner({ trouble }: { trouble: Trouble }) {
  const text = useText();
  const isOnline = useOnline();
  const seconds = useSecondsSince(trouble.since_ms);
  const doing = isOnline ? trouble.doing : "offline";
  return (
    <div className={styles.banner}>
      <Icon of={RefreshCw} className={styles.wheel} />
      <p>
        <strong>{text(`call.trouble.${trouble.what}`)}</strong> {text(`call.trouble.${doing}`, { seconds })}
      </p>
    </div>
  );
}

function useSecondsSince(since_ms: number): number {
  const call = useCall();
  const [now_ms, setNow] = useState(() => call.now_ms());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(call.now_ms()), 250);
    return () => window.clearInterval(timer);
  }, [call]);
  return Math.max(0, Math.floor((now_ms - since_ms) / 1000));
}
