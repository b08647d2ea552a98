import { useParams } from "react-router";
import type { Meeting } from "../../api";
import { RULE_NAMES } from "../../room/rules";
import { ruleChange, useErrorText, useRuleWords, useText } from "../../i18n";
import { CopyInvitation } from "../../invite";
import { Badge } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Hidden } from "../../ui/Hidden";
import { LoadedPage } from "../../ui/Loaded";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageHead, PageTitle } from "../../ui/Page";
import { RuleField } from "../../ui/RuleField";
import { Audit } from "./Audit";
import { Invitations } from "./Invitations";
import styles from "./Meeting.module.css";
import { OpenLink } from "./OpenLink";
import { Passcode } from "./Passcode";
import { useChange } from "./useChange";
import { useMeeting } from "./useMeeting";

/** Everything about one meeting that is settled before it runs: who may come, by what, and what they may do. */
export function MeetingPage() {
  const text = useText();
  const access = useMeeting(useParams()["id"] ?? "");
  const none = { title: text("meeting.none.title"), lead: text("meeting.none.lead") };
  return (
    <LoadedPage access={access} title={text("home.meetings")} none={none}>
      {(meeting) => <Settled meeting={meeting} settle={access.settle} />}
    </LoadedPage>
  );
}

interface SettledProps {
  meeting: Meeting;
  settle: (meeting: Meeting) => void;
}

function Settled({ meeting, settle }: SettledProps) {
  const text = useText();
  const title = meeting.title || text("home.untitled");
  return (
    <Page title={title} className={styles.page}>
      <div className={styles.head}>
        <PageHead>
          <PageTitle>{title}</PageTitle>
          <Badge>{text(`kind.${meeting.kind}`)}</Badge>
          <Lead>{text("meeting.lead")}</Lead>
        </PageHead>
        <div className={styles.ways}>
          <CopyInvitation
            title={title}
            link={meeting.link}
            isOpen={meeting.rules.open_link}
            findId={() => Promise.resolve(meeting.id)}
            pagePath={`/meetings/${meeting.id}`}
          />
          <LinkButton to={`/m/${meeting.code}`} kind="primary" size="large">
            {text(meeting.is_running ? "home.enter" : "meeting.start")}
          </LinkButton>
        </div>
      </div>
      <Invitations meeting={meeting} title={title} />
      <div className={styles.columns}>
        <Rules meeting={meeting} settle={settle} />
        <div className={styles.column}>
          <OpenLink meeting={meeting} settle={settle} />
          <Passcode meeting={meeting} settle={settle} />
        </div>
      </div>
      <Audit meeting={meeting} />
    </Page>
  );
}

function Rules({ meeting, settle }: SettledProps) {
  const text = useText();
  const errorText = useErrorText();
  const words = useRuleWords();
  const { change, error, isSaved } = useChange(meeting, settle);
  return (
    <Card className={styles.section}>
      <h2>{text("meeting.rules")}</h2>
      <p className={styles.lead}>
        <strong>{text(`kind.${meeting.kind}`)}.</strong> {text("meeting.rules.lead")}
      </p>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <Differs meeting={meeting} />
      {RULE_NAMES.map((name) => (
        <RuleField
          key={name}
          {...words(name)}
          value={String(meeting.rules[name])}
          onChange={(value) => change({ rules: ruleChange(name, value) })}
          lockedBecause={meeting.locked_rules.includes(name) ? text("rule.locked") : null}
        />
      ))}
      <Hidden role="status">{isSaved ? text("meeting.saved") : ""}</Hidden>
    </Card>
  );
}

function Differs({ meeting }: { meeting: Meeting }) {
  const text = useText();
  const words = useRuleWords();
  const { differing } = meeting;
  if (differing.length === 0) return <Notice kind="trust">{text("safety.safe")}</Notice>;
  const rules = differing.map((name) => words(name).label).join(", ");
  return <Notice kind="attention">{text("safety.differs", { rules })}</Notice>;
}
