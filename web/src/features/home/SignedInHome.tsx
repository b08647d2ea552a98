import { ChevronDown, Flag, GraduationCap, PartyPopper, Plus, Users, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useIntl } from "react-intl";
import { Link, useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api, type Account } from "../../api";
import { KINDS, type Kind } from "../../room/rules";
import { useErrorText, useRichText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import { firstName, partOfDay } from "./greeting";
import styles from "./Home.module.css";
import { JoinByLink } from "./JoinByLink";
import { TITLE_LIMIT } from "./MeetingDialogs";
import { MeetingList } from "./MeetingList";
import { useMeetings } from "./useMeetings";

const KIND_ICONS: Readonly<Record<Kind, LucideIcon>> = {
  class: GraduationCap,
  meeting: Users,
  friends: PartyPopper,
};

interface NewMeetingProps {
  /** What most meetings are here; null while it is not known. */
  usualKind: Kind | null;
  onFailed: (error: unknown) => void;
}

/** One press makes a meeting of the usual kind and goes to its door; a name may be given, and the arrow has the other kinds. */
function NewMeeting({ usualKind, onFailed }: NewMeetingProps) {
  const text = useText();
  const navigate = useNavigate();
  const intl = useIntl();
  const [title, setTitle] = useState("");
  const [isBusy, setBusy] = useState(false);

  function create(kind: Kind | null) {
    setBusy(true);
    onFailed(null);
    const date = intl.formatDate(new Date(), { day: "numeric", month: "long" });
    // Without a kind the server knows it, and calls the meeting what it is.
    const byDefault = kind === null ? "" : text(`home.new.named.${kind}`, { date });
    api.createMeeting(title.trim() || byDefault, kind ?? undefined).then(
      (meeting) => navigate(`/m/${meeting.code}`),
      (error: unknown) => {
        setBusy(false);
        onFailed(error);
      },
    );
  }

  return (
    <form
      className={styles.new}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        create(usualKind);
      }}
    >
      <TextField
        label={text("home.new.title")}
        isLabelHidden
        placeholder={text("home.new.title")}
        value={title}
        onChange={setTitle}
        maxLength={TITLE_LIMIT}
        autoComplete="off"
        size="large"
        className={styles.newField}
      />
      <div className={styles.create}>
        <Button type="submit" kind="primary" size="large" isPending={isBusy}>
          <Icon of={Plus} />
          {text("home.new")}
        </Button>
        <Kinds onChosen={create} />
      </div>
    </form>
  );
}

function Kinds({ onChosen }: { onChosen: (kind: Kind) => void }) {
  const text = useText();
  return (
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
          onAction={() => onChosen(kind)}
        >
          {text(`kind.${kind}`)}
        </MenuItem>
      ))}
    </Menu>
  );
}

export function SignedInHome({ account }: { account: Account }) {
  const text = useText();
  const rich = useRichText();
  const errorText = useErrorText();
  const access = useMeetings();
  const { openCases } = useAccount();
  const [error, setError] = useState<unknown>(null);
  const part = partOfDay(new Date().getHours());
  return (
    <Page title={text("home.title")}>
      <PageTitle>{text(`home.greeting.${part}`, { name: firstName(account.name) })}</PageTitle>
      <Lead>{text("home.lead")}</Lead>
      <div className={styles.acts}>
        <NewMeeting
          usualKind={access.meetings.state === "ready" ? access.meetings.usualKind : null}
          onFailed={setError}
        />
        <JoinByLink />
      </div>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {openCases > 0 && (
        <Notice kind="attention" icon={Flag} className={styles.cases}>
          <p>
            <Link to="/cases">{text("cases.open", { count: openCases })}</Link>
          </p>
        </Notice>
      )}
      <MeetingList {...access} />
      <Notice kind="quiet" className={styles.truth}>
        <p>{rich("home.truth", { b: (parts) => <strong>{parts}</strong> })}</p>
      </Notice>
    </Page>
  );
}
