import { Flag, Lock, LockOpen, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { useIntl } from "react-intl";
import { useText } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { BrandMark } from "../../ui/Brand";
import { Button, LightButton } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useRoomParts } from "./CallContext";
import styles from "./CallHeader.module.css";

export interface CallHeaderProps {
  code: string;
  onDoor: () => void;
  onReport: () => void;
}

/** What this meeting is, how private it is, who is at the door and who is here. A report is always one press away. */
export function CallHeader({ code, onDoor, onReport }: CallHeaderProps) {
  const text = useText();
  const { meeting, settings } = useRoomParts("meeting", "settings");
  return (
    <header className={styles.header}>
      <BrandMark className={styles.mark} />
      <h1 className={styles.title}>{meeting?.title || text("call.untitled")}</h1>
      <span className={styles.privacy}>
        <Badge kind="attention">
          <Icon of={LockOpen} size={16} />
          {text("call.notEncrypted")}
        </Badge>
      </span>
      {settings.rules.open_link && (
        // Where the rules do not open it, the code leads nowhere.
        <span className={styles.code}>
          {text("call.code")} <strong>{meeting?.code ?? code}</strong>
        </span>
      )}
      {settings.is_locked && (
        <Badge kind="attention">
          <Icon of={Lock} size={16} />
          {text("safety.locked")}
        </Badge>
      )}
      <span className={styles.grow} />
      <AtDoor onPress={onDoor} />
      <Button kind="quiet" className={styles.report} onPress={onReport}>
        <Icon of={Flag} size={18} />
        {text("safety.report")}
      </Button>
      <Present />
      <Clock />
    </header>
  );
}

function AtDoor({ onPress }: { onPress: () => void }) {
  const text = useText();
  const { waiting } = useRoomParts("waiting");
  if (waiting.length === 0) return null;
  return (
    <LightButton className={styles.door} onClick={onPress}>
      {text("safety.door.badge", { count: waiting.length })}
    </LightButton>
  );
}

function Present() {
  const text = useText();
  const { me, others } = useRoomParts("me", "others");
  const count = others.length + (me === null ? 0 : 1);
  return (
    <span className={styles.count}>
      <Icon of={Users} size={18} />
      <span aria-hidden>{count}</span>
      <Hidden>{text("call.count", { count })}</Hidden>
    </span>
  );
}

function Clock() {
  const intl = useIntl();
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(new Date()), 5000);
    return () => window.clearInterval(timer);
  }, []);
  return <span className={styles.clock}>{intl.formatTime(now, { hour: "2-digit", minute: "2-digit" })}</span>;
}
