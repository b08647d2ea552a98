import { useCallback, useState } from "react";
import { Acts } from "../../audit";
import { api, type AuditQuery, type Meeting } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import styles from "./Meeting.module.css";

/** Who did what, and who tried to. Fetched when it is asked for. */
export function Audit({ meeting }: { meeting: Meeting }) {
  const text = useText();
  const [isShown, setShown] = useState(false);
  const find = useCallback((query: AuditQuery) => api.audit(meeting.id, query), [meeting.id]);
  return (
    <Card className={styles.section}>
      <h2>{text("meeting.audit")}</h2>
      <p className={styles.lead}>{text("meeting.audit.lead")}</p>
      {isShown ? (
        <Acts find={find} label={text("meeting.audit")} />
      ) : (
        <div>
          <Button onPress={() => setShown(true)}>{text("meeting.audit.show")}</Button>
        </div>
      )}
    </Card>
  );
}
