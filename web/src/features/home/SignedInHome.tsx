import { Plus } from "lucide-react";
import { useState } from "react";
import { useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { api, type Account } from "../../api";
import { useErrorText, useRichText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { firstName, partOfDay } from "./greeting";
import styles from "./Home.module.css";
import { JoinByLink } from "./JoinByLink";
import { MeetingList } from "./MeetingList";
import { useMeetings } from "./useMeetings";

/** One press makes a meeting and goes to its door. */
function NewMeeting({ onFailed }: { onFailed: (error: unknown) => void }) {
  const text = useText();
  const navigate = useNavigate();
  const intl = useIntl();
  const [isBusy, setBusy] = useState(false);

  function create() {
    setBusy(true);
    onFailed(null);
    const date = intl.formatDate(new Date(), { day: "numeric", month: "long" });
    api.createMeeting(text("home.new.named", { date })).then(
      (meeting) => navigate(`/m/${meeting.code}`),
      (error: unknown) => {
        setBusy(false);
        onFailed(error);
      },
    );
  }

  return (
    <Button kind="primary" size="large" onPress={create} isPending={isBusy}>
      <Icon of={Plus} />
      {text("home.new")}
    </Button>
  );
}

export function SignedInHome({ account }: { account: Account }) {
  const text = useText();
  const rich = useRichText();
  const errorText = useErrorText();
  const access = useMeetings();
  const [error, setError] = useState<unknown>(null);
  const part = partOfDay(new Date().getHours());
  return (
    <Page title={text("home.title")}>
      <PageTitle>{text(`home.greeting.${part}`, { name: firstName(account.name) })}</PageTitle>
      <Lead>{text("home.lead")}</Lead>
      <div className={styles.acts}>
        <NewMeeting onFailed={setError} />
        <JoinByLink />
      </div>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <MeetingList {...access} />
      <Notice kind="quiet" className={styles.truth}>
        <p>{rich("home.truth", { b: (parts) => <strong>{parts}</strong> })}</p>
      </Notice>
    </Page>
  );
}
