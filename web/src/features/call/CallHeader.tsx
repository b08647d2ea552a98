import { LockOpen, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { useIntl } from "react-intl";
import type { RoomView } from "../../room/view";
import { useText } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { BrandMark } from "../../ui/Brand";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import styles from "./CallHeader.module.css";

/** What this meeting is, how private it is, who is here and what time it is. */
export function CallHeader({ view, code }: { view: RoomView; code: string }) {
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
        {text("call.code")} <strong>{code}</strong>
      </span>
      <span className={styles.grow} />
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
