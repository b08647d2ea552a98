import { Ellipsis, Pencil, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { useIntl } from "react-intl";
import type { Meeting } from "../../api";
import { useText } from "../../i18n";
import { CopyInvitation } from "../../invite";
import { Badge } from "../../ui/Badge";
import { Button, LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Icon } from "../../ui/Icon";
import { Menu, MenuItem } from "../../ui/Menu";
import { daysBetween } from "./greeting";
import { DeleteDialog, RenameDialog } from "./MeetingDialogs";
import styles from "./MeetingList.module.css";

/** "today at 10:00", "yesterday at 18:30", "on 12 March", "on 12 March 2025". */
function useWhen(): (instant: string) => string {
  const intl = useIntl();
  const text = useText();
  return (instant) => {
    const then = new Date(instant);
    const now = new Date();
    const nights = daysBetween(then, now);
    const time = intl.formatTime(then, { hour: "numeric", minute: "2-digit" });
    if (nights === 0) return text("home.today", { time });
    if (nights === 1) return text("home.yesterday", { time });
    const isThisYear = then.getFullYear() === now.getFullYear();
    const year = isThisYear ? undefined : "numeric";
    return text("home.date", { date: intl.formatDate(then, { day: "numeric", month: "long", year }) });
  };
}

function Inside({ count }: { count: number }) {
  const text = useText();
  return (
    <Badge kind="good">
      <span className={styles.live} aria-hidden />
      {text("home.meeting.inside", { count })}
    </Badge>
  );
}

function About({ meeting, title }: { meeting: Meeting; title: string }) {
  const text = useText();
  const when = useWhen();
  const { last_started_at } = meeting;
  return (
    <div className={styles.about}>
      <div className={styles.titleLine}>
        <h3>{title}</h3>
        <Badge>{text(`kind.${meeting.kind}`)}</Badge>
        {meeting.is_running && <Inside count={meeting.participant_count} />}
      </div>
      <p className={styles.when}>
        {last_started_at === null
          ? text("home.meeting.never")
          : text("home.meeting.last", { when: when(last_started_at) })}
      </p>
    </div>
  );
}

type Asking = "rename" | "delete";

function MoreMenu({ title, onAsk }: MoreMenuProps) {
  const text = useText();
  const name = text("home.more", { title });
  const trigger = (
    <Button kind="quiet" isSquare aria-label={name}>
      <Icon of={Ellipsis} />
    </Button>
  );
  return (
    <Menu label={name} trigger={trigger}>
      <MenuItem icon={Pencil} onAction={() => onAsk("rename")}>
        {text("home.rename")}
      </MenuItem>
      <MenuItem icon={Trash2} isDanger onAction={() => onAsk("delete")}>
        {text("home.delete")}
      </MenuItem>
    </Menu>
  );
}

interface MoreMenuProps {
  title: string;
  onAsk: (asking: Asking) => void;
}

export interface MeetingRowProps {
  meeting: Meeting;
  onRenamed: (meeting: Meeting) => void;
  onDeleted: (meeting: Meeting, title: string) => void;
}

/** One meeting of mine: what it is, whether somebody is inside, and the ways on. */
export function MeetingRow({ meeting, onRenamed, onDeleted }: MeetingRowProps) {
  const text = useText();
  const [asking, setAsking] = useState<Asking | null>(null);
  const title = meeting.title === "" ? text("home.untitled") : meeting.title;
  const dialog = { meeting, title, onClose: () => setAsking(null) };
  const start = meeting.is_running ? "home.enter" : "home.start";
  return (
    <Card className={styles.row}>
      <About meeting={meeting} title={title} />
      <div className={styles.acts}>
        <CopyInvitation
          title={title}
          link={meeting.link}
          isOpen={meeting.rules.open_link}
          findId={() => Promise.resolve(meeting.id)}
          pagePath={`/meetings/${meeting.id}`}
          name={text("invite.copy.named", { title })}
        />
        <LinkButton to={`/meetings/${meeting.id}`} aria-label={text("home.settings.named", { title })}>
          <Icon of={Users} />
          {text("home.settings")}
        </LinkButton>
        <LinkButton to={`/m/${meeting.code}`} kind="primary" aria-label={text(`${start}.named`, { title })}>
          {text(start)}
        </LinkButton>
        <MoreMenu title={title} onAsk={setAsking} />
      </div>
      {asking === "rename" && (
        <RenameDialog
          {...dialog}
          onRenamed={(renamed) => {
            setAsking(null);
            onRenamed(renamed);
          }}
        />
      )}
      {asking === "delete" && <DeleteDialog {...dialog} onDeleted={() => onDeleted(meeting, title)} />}
    </Card>
  );
}
