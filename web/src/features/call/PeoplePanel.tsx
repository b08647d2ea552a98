import { Hand, Mic, MicOff, TriangleAlert, WifiOff } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { Person, RoomView } from "../../room/view";
import type { ParticipantId } from "../../room/wire";
import { useText, type MessageId } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useCall } from "./CallContext";
import { Door } from "./Door";
import { Invite } from "./Invite";
import { handsFirst, PERSON_KEYS, personActs, type PersonAct } from "./people";
import { HandOverDialog, RenamePersonDialog } from "./PersonDialogs";
import { frameOf, keysOf, PersonActs } from "./PersonActs";
import styles from "./PeoplePanel.module.css";
import { More } from "./RowActs";
import { walkRows } from "./rows";
import { SidePanel } from "./SidePanel";

export interface PeoplePanelProps {
  view: RoomView;
  link: string;
  onReport: (about: ParticipantId) => void;
  onClose: () => void;
}

type Asking = { readonly what: "rename" | "hand-over"; readonly person: Person };

/** Acts on people: a frame at once, or a question first. */
function usePersonActs(view: RoomView, onReport: (about: ParticipantId) => void) {
  const call = useCall();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [open, setOpen] = useState<ParticipantId | null>(null);
  const toggle = ({ id }: Person) => setOpen(open === id ? null : id);
  const actsOf = (person: Person) =>
    personActs(person, {
      is_moderator: view.may.is_moderator,
      is_host: view.may.is_host,
      may_rename: view.may.rename,
      is_sharing: view.shares.some((share) => share.person.id === person.id),
    });
  const isSpotlit = (person: Person) => view.spotlight?.id === person.id;
  const run = (person: Person, act: PersonAct) => {
    const frame = frameOf(person, act, isSpotlit(person));
    if (frame !== null) call.ask(frame);
    else if (act === "report") onReport(person.id);
    else if (act === "rename" || act === "hand-over") setAsking({ what: act, person });
  };
  return { actsOf, isSpotlit, run, open, toggle, asking, settle: () => setAsking(null) };
}

type Acts = ReturnType<typeof usePersonActs>;

/** Who is at the door, then everybody in the room: raised hands first, in the order they went up. */
export function PeoplePanel({ view, link, onReport, onClose }: PeoplePanelProps) {
  const text = useText();
  const rows = useRef<HTMLDivElement>(null);
  const acts = usePersonActs(view, onReport);
  const { hands, rest } = handsFirst(view.me, view.others);
  const count = hands.length + rest.length;
  const isOpening = view.may.is_moderator;
  useFirstAtDoor(rows, isOpening ? view.waiting.length : 0);

  return (
    <SidePanel
      title={text("call.people.title", { count })}
      tools={isOpening && view.others.length > 0 ? <MuteAll /> : undefined}
      onClose={onClose}
      onKeyDown={(event) => {
        if (walkRows(event.currentTarget, event.key) || runKey(event, [...hands, ...rest], acts)) {
          event.preventDefault();
        }
      }}
      foot={
        <div className={styles.foot}>
          <Invite view={view} link={link} />
        </div>
      }
    >
      <div ref={rows} className={styles.rows}>
        {isOpening && <Door view={view} />}
        {hands.length > 0 && (
          <Group title={text("call.people.hands", { count: hands.length })} people={hands} acts={acts} />
        )}
        <Group
          title={hands.length > 0 || isOpening ? text("call.people.room", { count: rest.length }) : null}
          people={rest}
          acts={acts}
        />
      </div>
      {acts.asking?.what === "rename" && (
        <RenamePersonDialog person={acts.asking.person} onClose={acts.settle} />
      )}
      {acts.asking?.what === "hand-over" && (
        <HandOverDialog person={acts.asking.person} onClose={acts.settle} />
      )}
    </SidePanel>
  );
}

/** Somebody waits: who opens the panel is there to let them in. */
function useFirstAtDoor(rows: RefObject<HTMLDivElement | null>, waiting: number): void {
  const before = useRef(0);
  useEffect(() => {
    const isFirst = before.current === 0 && waiting > 0 && isFocusOf(rows.current, "opened");
    // Whoever was let in took the focus with them: it goes to the next, or stays in the list.
    const isLost = waiting < before.current && isFocusOf(rows.current, "lost");
    before.current = waiting;
    if (isFirst || isLost) rows.current?.querySelector<HTMLElement>("[data-row]")?.focus();
  }, [rows, waiting]);
}

/** "opened": the focus is on the panel's heading, where it goes first; "lost": what had it is gone. */
function isFocusOf(rows: HTMLElement | null, where: "opened" | "lost"): boolean {
  const { activeElement } = document;
  if (where === "lost") return activeElement === null || activeElement === document.body;
  return activeElement?.tagName === "H2" && activeElement.closest("section")?.contains(rows) === true;
}

/** A key for the person whose row has the focus; true when it did something. */
function runKey(event: KeyboardEvent, people: readonly Person[], acts: Acts): boolean {
  const row = event.target instanceof HTMLElement ? event.target.dataset["person"] : undefined;
  const person = people.find((one) => one.id === row);
  if (person === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = PERSON_KEYS[event.shiftKey ? `Shift+${key}` : key];
  if (act === undefined || !acts.actsOf(person).includes(act)) return false;
  acts.run(person, act);
  return true;
}

function MuteAll() {
  const text = useText();
  const call = useCall();
  return (
    <Button className={styles.muteAll} onPress={() => call.ask({ type: "mute-all" })}>
      {text("safety.muteAll")}
    </Button>
  );
}

interface GroupProps {
  title: string | null;
  people: readonly Person[];
  acts: Acts;
}

function Group({ title, people, acts }: GroupProps) {
  return (
    <section className={styles.group}>
      {title !== null && <h3>{title}</h3>}
      <ul className={styles.people}>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} acts={acts} />
        ))}
      </ul>
    </section>
  );
}

const ROLES: Readonly<Record<Person["role"], readonly [other: MessageId | null, me: MessageId]>> = {
  host: ["call.people.host", "call.people.hostYou"],
  cohost: ["safety.role.cohost", "safety.role.cohostYou"],
  observer: ["safety.role.observer", "safety.role.observerYou"],
  participant: [null, "call.people.you"],
};

function PersonRow({ person, acts }: { person: Person; acts: Acts }) {
  const text = useText();
  const call = useCall();
  const role = ROLES[person.role][person.is_me ? 1 : 0];
  const isUp = person.hand_raised_at !== null;
  const possible = acts.actsOf(person);
  return (
    <li className={styles.person}>
      <Avatar name={person.name} />
      <div className={styles.words}>
        <div className={styles.name}>{person.name}</div>
        {role !== null && <div className={styles.role}>{text(role)}</div>}
        {person.is_reconnecting && <div className={styles.trouble}>{text("call.tile.reconnecting")}</div>}
      </div>
      {isUp && person.is_me && (
        <Button kind="quiet" onPress={() => call.dispatch({ type: "set-hand", raised: false })}>
          {text("call.people.lowerHand")}
        </Button>
      )}
      {isUp && <Mark icon={Hand} words={text("call.tile.hand")} className={styles.hand} />}
      {person.is_reconnecting && <Mark icon={WifiOff} words="" className={styles.trouble} />}
      {person.quality === "poor" && (
        <Mark icon={TriangleAlert} words={text("call.tile.weak")} className={styles.trouble} />
      )}
      <Mark
        icon={person.is_muted ? MicOff : Mic}
        words={text(person.is_muted ? "call.people.microphoneOff" : "call.people.microphoneOn")}
        className={person.is_muted ? undefined : styles.open}
      />
      {possible.length > 0 && (
        <More
          label={text("safety.person.more", { name: person.name })}
          isOpen={acts.open === person.id}
          onToggle={() => acts.toggle(person)}
          shortcuts={keysOf(possible)}
          person={person.id}
        />
      )}
      {possible.length > 0 && acts.open === person.id && (
        <PersonActs
          person={person}
          acts={possible}
          isSpotlit={acts.isSpotlit(person)}
          onAct={(act) => acts.run(person, act)}
        />
      )}
    </li>
  );
}

function Mark({ icon, words, className }: { icon: typeof Mic; words: string; className?: string }) {
  return (
    <span className={className}>
      <Icon of={icon} />
      <Hidden>{words}</Hidden>
    </span>
  );
}
