import { Check, Copy, Mail, Printer } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { Invitation } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useCopied } from "../../ui/useCopied";
import styles from "./Meeting.module.css";
import { qrCode } from "./qr";

interface FreshLinksProps {
  fresh: readonly Invitation[];
  title: string;
  onDone: () => void;
}

/** Links just made, once: to copy, print or send. */
export function FreshLinks({ fresh, title, onDone }: FreshLinksProps) {
  const text = useText();
  const [copied, copy] = useCopied();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [fresh.length]);
  const whole = fresh.map(({ name, link }) => `${name}\t${link ?? ""}`).join("\n");
  return (
    <section className={styles.fresh} aria-labelledby="fresh-links">
      <h3 id="fresh-links" ref={heading} tabIndex={-1}>
        {text("meeting.fresh", { count: fresh.length })}
      </h3>
      <p>{text("meeting.fresh.lead")}</p>
      <div className={styles.acts}>
        <Button kind="primary" onPress={() => copy(whole)}>
          <Icon of={copied === "copied" ? Check : Copy} />
          {text(copied === "copied" ? "meeting.fresh.copied" : "meeting.fresh.copy")}
        </Button>
        <Button onPress={() => window.print()}>
          <Icon of={Printer} />
          {text("meeting.fresh.print")}
        </Button>
        <Button kind="quiet" onPress={onDone}>
          {text("meeting.fresh.done")}
        </Button>
      </div>
      <Hidden role="status">{copied === "copied" ? text("meeting.fresh.copied") : ""}</Hidden>
      {copied === "by-hand" && <p role="alert">{text("meeting.fresh.byHand")}</p>}
      <ul className={styles.links}>
        {fresh.map((person) => (
          <FreshLink key={person.id} person={person} title={title} />
        ))}
      </ul>
      <Sheet fresh={fresh} title={title} />
    </section>
  );
}

/** A mail in the teacher's own program, for what the server did not send. */
function mailTo(person: Invitation, subject: string, body: string): string {
  const about = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`;
  return `mailto:${encodeURIComponent(person.email ?? "")}?${about}`;
}

function FreshLink({ person, title }: { person: Invitation; title: string }) {
  const text = useText();
  const [copied, copy] = useCopied();
  const { name, email } = person;
  const link = person.link ?? "";
  return (
    <li>
      <strong>{name}</strong>
      <code className={styles.link}>{link}</code>
      {email !== null && person.mail === "off" && (
        <a
          href={mailTo(
            person,
            text("meeting.fresh.mailSubject", { title }),
            text("meeting.fresh.mailBody", { title, link }),
          )}
          className={styles.mail}
          aria-label={text("meeting.fresh.mail", { name })}
        >
          <Icon of={Mail} />
        </a>
      )}
      <Button
        kind="quiet"
        isSquare
        aria-label={text("meeting.fresh.copyOne", { name })}
        onPress={() => copy(link)}
      >
        <Icon of={copied === "copied" ? Check : Copy} />
      </Button>
    </li>
  );
}

/** Nobody types a link off paper: a phone reads it. */
function PaperCode({ link }: { link: string }) {
  const { size, path } = useMemo(() => qrCode(link), [link]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className={styles.paperCode}>
      <path d={path} />
    </svg>
  );
}

/** What comes out of the printer. */
function Sheet({ fresh, title }: Pick<FreshLinksProps, "fresh" | "title">) {
  const text = useText();
  return (
    <div className={styles.sheet} aria-hidden>
      <h2>{text("meeting.print.title", { title })}</h2>
      <p>{text("meeting.print.lead")}</p>
      <ul>
        {fresh.map(({ id, name, link }) => (
          <li key={id}>
            <PaperCode link={link ?? ""} />
            <div>
              <strong>{name}</strong>
              <br />
              {link}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
