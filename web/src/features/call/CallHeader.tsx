import { Flag, Lock, LockOpen, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { useIntl } from "react-intl";
import type { RoomView } from "../../room/view";
import { useText } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { BrandMark } from "../../ui/Brand";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import styles from "./CallHeader.module.css";

export interface CallHeaderProps {
  view: RoomView;
  code: string;
  onDoor: () => void;
  onReport: () => void;
}

/** What this meeting is, how private it is, who is at the door and who is here. A report is always one press away. */
export function CallHeader({ view, code, onDoor, onReport }: CallHeaderProps) {
  const text = useText();
  const count = view.others.length + (view.me === null ? 0 : 1);
  return (
    <header className={styles.header}>
      <BrandMark className={styles.mark} />
      <h1 className={styles.title}>{view.meeting?.title || text("call.untitled")}</h1>
      <span className={styles.privacy}>
        <Badge kind="attention">
          <Icon of={LockOpen} size={16} />
          {text("call.notEncrypted")}
        </Badge>
      </span>
      <span className={styles.code}>
        {text("call.code")} <strong>{view.meeting?.code ?? code}</strong>
      </span>
      {view.settings.is_locked && (
        <Badge kind="attention">
          <Icon of={Lock} size={16} />
          {text("safety.locked")}
        </Badge>
      )}
      <span className={styles.grow} />
      {view.waiting.length > 0 && (
        <Button className={styles.door} onPress={onDoor}>
          {text("safety.door.badge", { count: view.waiting.length })}
        </Button>
      )}
      <Button kind="quiet" className={styles.report} onPress={onReport}>
        <Icon of={Flag} size={18} />
        {text("safety.report")}
      </Button>
      <span className={styles.count}>
        <Icon of={Users} size={18} />
        <span aria-hidden>{count}</span>
        <Hidden>{text("call.count", { count })}</Hidden>
      </span>
      <Clock />
    </header>
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
