import { Building2, UserPlus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useAccount } from "../../account";
import { isApiError } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { BrandMark } from "../../ui/Brand";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import styles from "./MeetingList.module.css";
import { MeetingRow } from "./MeetingRow";
import type { MeetingsAccess } from "./useMeetings";

function Rows({ meetings, reload, replace, onDeleted }: RowsProps) {
  const text = useText();
  const errorText = useErrorText();
  if (meetings.state === "loading") return <Loading>{text("home.meetings.loading")}</Loading>;
  if (meetings.state === "failed") {
    const why = isApiError(meetings.error) ? errorText(meetings.error) : "";
    return (
      <Notice kind="trouble">
        <p>
          <strong>{text("home.meetings.failed")}</strong> {why}
        </p>
        <Button onPress={reload}>{text("frame.tryAgain")}</Button>
      </Notice>
    );
  }
  if (meetings.list.length === 0) {
    return (
      <div className={styles.empty}>
        <BrandMark className={styles.roof} />
        <p>{text("home.empty")}</p>
        <FirstSteps />
      </div>
    );
  }
  return (
    <ul className={styles.list}>
      {meetings.list.map((meeting) => (
        <li key={meeting.id}>
          <MeetingRow meeting={meeting} onRenamed={replace} onDeleted={onDeleted} />
        </li>
      ))}
    </ul>
  );
}

/** Whoever set the server up finds what comes next, before there is any meeting. */
function FirstSteps() {
  const text = useText();
  const { signIn } = useAccount();
  if (signIn.state !== "signed-in" || signIn.account.role !== "admin") return null;
  return (
    <>
      <p>{text("home.first")}</p>
      <Acts>
        <LinkButton to="/organization">
          <Icon of={Building2} />
          {text("home.first.organization")}
        </LinkButton>
        <LinkButton to="/accounts">
          <Icon of={UserPlus} />
          {text("home.first.accounts")}
        </LinkButton>
      </Acts>
    </>
  );
}

interface RowsProps extends MeetingsAccess {
  onDeleted: Parameters<typeof MeetingRow>[0]["onDeleted"];
}

/** My meetings, and what became of the one just deleted. */
export function MeetingList(access: MeetingsAccess) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const [deleted, setDeleted] = useState<{ readonly title: string } | null>(null);
  const { meetings, remove } = access;
  useEffect(() => {
    // The row and the dialog that had the focus are gone by now; the list is where the act was.
    if (deleted !== null) heading.current?.focus();
  }, [deleted]);

  const count = meetings.state === "ready" ? meetings.list.length : 0;
  return (
    <>
      <div className={styles.head}>
        <h2 ref={heading} tabIndex={-1} className={styles.head}>
          {text("home.meetings")}
        </h2>
        {count > 0 && <span className={styles.count}>{text("home.meetings.count", { count })}</span>}
      </div>
      <Hidden role="status">{deleted === null ? "" : text("home.deleted", deleted)}</Hidden>
      <Rows
        {...access}
        onDeleted={(meeting, title) => {
          remove(meeting.id);
          setDeleted({ title });
        }}
      />
    </>
  );
}
