import { Ellipsis, Link2, Mail, Trash2 } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useIntl } from "react-intl";
import { api, type Invitation, type InvitationsMade, type Meeting } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { Notice } from "../../ui/Notice";
import { FreshLinks } from "./FreshLinks";
import { InviteForms } from "./InviteForms";
import { LinkMail } from "./LinkMail";
import styles from "./Meeting.module.css";

/**
 * Links made and not yet taken, by meeting. Nobody can show them a second time, so a look at another page must not
 * lose them; they live as long as this tab, and are kept nowhere.
 */
const notTaken = new Map<string, readonly Invitation[]>();

const LOOK_AGAIN_MS = 3000;

function useInvitations(meeting: Meeting) {
  const [people, setPeople] = useState<readonly Invitation[]>([]);
  const [sendsMail, setSendsMail] = useState(false);
  const [fresh, setFresh] = useState(() => notTaken.get(meeting.id) ?? []);
  useEffect(() => void notTaken.set(meeting.id, fresh), [meeting.id, fresh]);
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState<string | null>(null);
  const reload = useCallback(() => {
    api.invitations(meeting.id).then((found) => {
      setPeople(found.invitations);
      setSendsMail(found.sends_mail);
    }, setError);
  }, [meeting.id]);
  useEffect(reload, [reload]);
  const isSending = people.some((person) => person.mail === "waiting");
  useEffect(() => {
    if (!isSending) return;
    const timer = setInterval(reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isSending, reload]);

  function added(made: readonly Invitation[]) {
    setError(null);
    setFresh((shown) => [...made, ...shown]);
    reload();
  }
  function renew(person: Invitation, isSent: boolean) {
    api.renewInvitation(meeting.id, person.id, isSent).then((made) => added([made]), setError);
  }
  function revoke(person: Invitation) {
    api.revokeInvitation(meeting.id, person.id).then(() => {
      setSaid(person.name);
      setFresh((shown) => shown.filter((one) => one.id !== person.id));
      setPeople((shown) => shown.filter((one) => one.id !== person.id));
    }, setError);
  }
  function mail(person: Invitation) {
    setError(null);
    return api.mailInvitation(meeting.id, person.id).then((sent) => {
      setPeople((shown) => shown.map((one) => (one.id === sent.id ? sent : one)));
      // The link that is shown there is dead.
      setFresh((shown) => shown.filter((one) => one.id !== person.id));
    }, setError);
  }
  return {
    people,
    sendsMail,
    fresh,
    error,
    said,
    added,
    renew,
    revoke,
    mail,
    forget: () => setFresh([]),
  };
}

/** One link for each person, which is how people are meant to come. */
export function Invitations({ meeting, title }: { meeting: Meeting; title: string }) {
  const text = useText();
  const errorText = useErrorText();
  const access = useInvitations(meeting);
  const { people, fresh, error, said } = access;
  const [done, setDone] = useState<InvitationsMade | null>(null);
  function settle(made: InvitationsMade) {
    setDone(made);
    access.added(made.invitations);
  }
  return (
    <Card className={styles.section}>
      <h2>{text("meeting.people")}</h2>
      <p className={styles.lead}>{text("meeting.people.lead")}</p>
      <InviteForms meeting={meeting} sendsMail={access.sendsMail} onMade={settle} />
      {done !== null && <Done made={done} />}
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {fresh.length > 0 && <FreshLinks fresh={fresh} title={title} onDone={access.forget} />}
      <Hidden role="status">{said === null ? "" : text("meeting.person.revoked", { name: said })}</Hidden>
      {people.length === 0 ? (
        <p className={styles.small}>{text("meeting.people.none")}</p>
      ) : (
        <div>
          <h3>{text("meeting.people.count", { count: people.length })}</h3>
          <ul className={styles.list}>
            {people.map((person) => (
              <Row
                key={person.id}
                person={person}
                sendsMail={access.sendsMail}
                onRenew={access.renew}
                onRevoke={access.revoke}
                onMail={access.mail}
              />
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

/** What came of it: links made, people changed, people who were there. */
function Done({ made }: { made: InvitationsMade }) {
  const text = useText();
  const { invitations, updated, kept } = made;
  if (updated.length + kept.length === 0 && invitations.length > 0) return null;
  const counts = { made: invitations.length, updated: updated.length, kept: kept.length };
  return (
    <p role="status" className={styles.small}>
      {text("list.done", counts)}
    </p>
  );
}

const MAIL_LOOK = { waiting: "neutral", sent: "good", failed: "trouble" } as const;

interface RowProps {
  person: Invitation;
  sendsMail: boolean;
  onRenew: (person: Invitation, isSent: boolean) => void;
  onRevoke: (person: Invitation) => void;
  onMail: (person: Invitation) => Promise<void>;
}

function Row({ person, sendsMail, onRenew, onRevoke, onMail }: RowProps) {
  const text = useText();
  const more = text("meeting.person.more", { name: person.name });
  const trigger = (
    <Button kind="quiet" isSquare aria-label={more}>
      <Icon of={Ellipsis} />
    </Button>
  );
  return (
    <li className={styles.person}>
      <Avatar name={person.name} />
      <div className={styles.words}>
        <div className={styles.name}>{person.name}</div>
        <Used person={person} />
        <LinkMail person={person} sendsMail={sendsMail} onMail={onMail} />
      </div>
      <div className={styles.badges}>
        {person.role === "cohost" && <Badge kind="good">{text("meeting.person.cohost")}</Badge>}
        {person.role === "observer" && <Badge>{text("meeting.person.observer")}</Badge>}
        {person.source === "roster" && <Badge>{text("meeting.person.roster")}</Badge>}
        {person.mail !== "off" && (
          <Badge kind={MAIL_LOOK[person.mail]}>{text(`meeting.person.mail.${person.mail}`)}</Badge>
        )}
      </div>
      <Menu label={more} trigger={trigger}>
        <MenuItem icon={Link2} onAction={() => onRenew(person, false)}>
          {text("meeting.person.renew")}
        </MenuItem>
        {sendsMail && person.email !== null && (
          <MenuItem icon={Mail} onAction={() => onRenew(person, true)}>
            {text("meeting.person.renewAndSend")}
          </MenuItem>
        )}
        <MenuItem icon={Trash2} isDanger onAction={() => onRevoke(person)}>
          {text("meeting.person.revoke")}
        </MenuItem>
      </Menu>
    </li>
  );
}

function Used({ person }: { person: Invitation }) {
  const text = useText();
  const intl = useIntl();
  const used =
    person.bound_at === null
      ? text("meeting.person.unused")
      : text("meeting.person.used", {
          date: intl.formatDate(person.bound_at, { day: "numeric", month: "long" }),
        });
  return (
    <div className={styles.small}>
      {[person.email, ...person.more_emails, used].filter((one) => one !== null).join(" · ")}
    </div>
  );
}
