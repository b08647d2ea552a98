import { ChevronDown, GraduationCap, PartyPopper, Plus, Users, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { api, type Account } from "../../api";
import { KINDS, type Kind } from "../../room/rules";
import { useErrorText, useRichText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { firstName, partOfDay } from "./greeting";
import styles from "./Home.module.css";
import { JoinByLink } from "./JoinByLink";
import { MeetingList } from "./MeetingList";
import { useMeetings } from "./useMeetings";

const KIND_ICONS: Readonly<Record<Kind, LucideIcon>> = {
  class: GraduationCap,
  meeting: Users,
  friends: PartyPopper,
};

/** One press makes a meeting of the usual kind and goes to its door; the arrow beside it offers the other kinds. */
function NewMeeting({ onFailed }: { onFailed: (error: unknown) => void }) {
  const text = useText();
  const navigate = useNavigate();
  const intl = useIntl();
  const [isBusy, setBusy] = useState(false);

  function create(kind?: Kind) {
    setBusy(true);
    onFailed(null);
    const date = intl.formatDate(new Date(), { day: "numeric", month: "long" });
    api.createMeeting(text("home.new.named", { date }), kind).then(
      (meeting) => navigate(`/m/${meeting.code}`),
      (error: unknown) => {
        setBusy(false);
        onFailed(error);
      },
    );
  }

  return (
    <div className={styles.create}>
      <Button kind="primary" size="large" onPress={() => create()} isPending={isBusy}>
        <Icon of={Plus} />
        {text("home.new")}
      </Button>
      <Menu
        label={text("home.new.kind")}
        trigger={
          <Button kind="primary" size="large" isSquare aria-label={text("home.new.kind")}>
            <Icon of={ChevronDown} />
          </Button>
        }
      >
        {KINDS.map((kind) => (
          <MenuItem
            key={kind}
            icon={KIND_ICONS[kind]}
            hint={text(`kind.${kind}.hint`)}
            onAction={() => create(kind)}
          >
            {text(`kind.${kind}`)}
          </MenuItem>
        ))}
      </Menu>
    </div>
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
