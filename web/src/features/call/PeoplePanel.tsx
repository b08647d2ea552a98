import { Hand, Mic, MicOff, TriangleAlert, WifiOff } from "lucide-react";
import {
  memo,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
} from "react";
import { useIntl } from "react-intl";
import type { Rights } from "../../room/rights";
import type { Person, RoomView } from "../../room/view";
import type { ParticipantId, WaitingPerson } from "../../room/wire";
import { useText, type MessageId } from "../../i18n";
import { classes } from "../../ui/classes";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import type { Call } from "./call";
import { useCall, useRoomParts } from "./CallContext";
import { Door, warningsOf } from "./Door";
import { useFewMore } from "./few";
import { Invite } from "./Invite";
import { keyName } from "./keys";
import { useNumberOf } from "./numbers";
import { DOOR_KEYS, handsFirst, PERSON_KEYS, personActs, turnAway, type PersonAct } from "./people";
import { BanDialog, HandOverDialog, RenamePersonDialog } from "./PersonDialogs";
import { frameOf, keysOf, PersonActs } from "./PersonActs";
import styles from "./PeoplePanel.module.css";
import { More, RowNumber } from "./RowActs";
import { rowHolding, shownNumber, useRowKeys } from "./rows";
import { SidePanel } from "./SidePanel";

export interface PeoplePanelProps {
  link: string;
  onReport: (about: ParticipantId) => void;
  onClose: () => void;
}

type Asking =
  | { readonly what: "rename" | "hand-over"; readonly person: Person }
  | { readonly what: "ban"; readonly person: Pick<Person, "id" | "name"> };

/** Acts on people: a frame at once, or a question first. What rows are given stays the same while they do. */
function usePersonActs(onReport: (about: ParticipantId) => void) {
  const call = useCall();
  const { may, shares, spotlight } = useRoomParts("may", "shares", "spotlight");
  const [asking, setAsking] = useState<Asking | null>(null);
  const [open, setOpen] = useState<ParticipantId | null>(null);
  const toggle = useCallback(({ id }: Person) => setOpen((before) => (before === id ? null : id)), []);
  const run = useCallback(
    (person: Person, act: PersonAct, isSpotlit: boolean) => {
      const frame = frameOf(person, act, isSpotlit);
      if (frame !== null) call.ask(frame);
      else if (act === "report") onReport(person.id);
      else if (act === "rename" || act === "hand-over" || act === "ban") setAsking({ what: act, person });
    },
    [call, onReport],
  );
  const askBan = useCallback((person: Pick<Person, "id" | "name">) => setAsking({ what: "ban", person }), []);
  const isSharing = ({ id }: Person) => shares.some((share) => share.person.id === id);
  const isSpotlit = ({ id }: Person) => spotlight?.id === id;
  return { may, isSharing, isSpotlit, run, askBan, open, toggle, asking, settle: () => setAsking(null) };
}

function actsOf(person: Person, may: Rights, isSharing: boolean): PersonAct[] {
  return personActs(person, {
    is_moderator: may.is_moderator,
    is_host: may.is_host,
    may_rename: may.rename,
    is_sharing: isSharing,
  });
}

type Acts = ReturnType<typeof usePersonActs>;

/** Who is at the door, then everybody in the room: raised hands first, in the order they went up. */
export function PeoplePanel({ link, onReport, onClose }: PeoplePanelProps) {
  const text = useText();
  const acts = usePersonActs(onReport);
  const onRowKey = useRowKeys({ walks: true });
  const { me, others } = useRoomParts("me", "others");

  return (
    <SidePanel
      title={text("call.people.title", { count: others.length + (me === null ? 0 : 1) })}
      tools={acts.may.is_moderator && others.length > 0 ? <MuteAll /> : undefined}
      onClose={onClose}
      onKeyDown={(event) => {
        if (onRowKey(event)) event.preventDefault();
      }}
      foot={
        <div className={styles.foot}>
          <Invite link={link} />
        </div>
      }
    >
      <Rows acts={acts} me={me} others={others} />
      {acts.asking?.what === "ban" && <BanDialog person={acts.asking.person} onClose={acts.settle} />}
      {acts.asking?.what === "rename" && (
        <RenamePersonDialog person={acts.asking.person} onClose={acts.settle} />
      )}
      {acts.asking?.what === "hand-over" && (
        <HandOverDialog people={[acts.asking.person]} onClose={acts.settle} />
      )}
    </SidePanel>
  );
}

interface RowsProps extends Pick<RoomView, "me" | "others"> {
  acts: Acts;
}

function Rows({ acts, me, others }: RowsProps) {
  const text = useText();
  const call = useCall();
  const isOpening = acts.may.is_moderator;
  const atDoor = useFewMore(useRoomParts("waiting").waiting.length);
  const { hands, rest } = handsFirst(me, others);
  const { sentAway, ...focus } = useRowFocus(isOpening ? atDoor : 0, others.length);
  const rows = {
    ...focus,
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      // A key that is held acts once.
      if (event.repeat || !(runAtDoor(event, call, acts) || runKey(event, call, acts))) return;
      event.preventDefault();
      sentAway();
    },
  };
  return (
    <div {...rows} className={styles.rows}>
      {isOpening && <Door rows={atDoor} onBan={acts.askBan} />}
      {hands.length > 0 && (
        <Group title={text("call.people.hands", { count: hands.length })} people={hands} acts={acts} />
      )}
      <Group
        title={hands.length > 0 || isOpening ? text("call.people.room", { count: rest.length }) : null}
        people={rest}
        acts={acts}
      />
    </div>
  );
}

/**
 * Where the focus goes as people come and go. Somebody waits: who opens the panel is there to let them in. When
 * whoever had the focus is let in, the next at the door gets it; when they are sent away, or leave, the heading does,
 * because a key that was pressed once too often must not meet the next person.
 */
function useRowFocus(waiting: number, others: number) {
  const ref = useRef<HTMLDivElement>(null);
  const before = useRef({ waiting: 0, rows: 0 });
  const last = useRef(-1);
  useEffect(() => {
    const rows = ref.current;
    const { waiting: waited, rows: had } = before.current;
    before.current = { waiting, rows: waiting + others };
    if (rows === null) return;
    const atDoor = rows.querySelectorAll<HTMLElement>("[data-row=waiting]");
    const heading = rows.closest("section")?.querySelector("h2");
    if (waited === 0 && waiting > 0 && document.activeElement === heading) atDoor[0]?.focus();
    if (waiting + others >= had || !isFocusLost()) return;
    const next = last.current < 0 ? undefined : atDoor[Math.min(last.current, atDoor.length - 1)];
    (next ?? heading)?.focus();
  }, [waiting, others]);
  const onFocus = ({ currentTarget, target }: FocusEvent<HTMLElement>) => {
    last.current = rowHolding([...currentTarget.querySelectorAll<HTMLElement>("[data-row=waiting]")], target);
  };
  const sentAway = () => {
    last.current = -1;
  };
  return { ref, onFocus, sentAway };
}

function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Whose row has the focus. */
function personAt({ target }: KeyboardEvent): string | undefined {
  return target instanceof HTMLElement ? target.dataset["person"] : undefined;
}

/** A key for the person at the door whose row has the focus; true when it did something. */
function runAtDoor(event: KeyboardEvent, call: Call, acts: Acts): boolean {
  const isAtDoor = event.target instanceof HTMLElement && event.target.dataset["row"] === "waiting";
  const act = DOOR_KEYS.get(keyName(event) ?? "");
  if (!isAtDoor || act === undefined) return false;
  const id = personAt(event) as ParticipantId;
  const person = call.view().waiting.find((one) => one.id === id);
  if (act !== "ban") call.ask(turnAway(id, act));
  else if (person !== undefined) acts.askBan(person);
  return true;
}

/** A key for the person whose row has the focus; true when no other may have it. */
function runKey(event: KeyboardEvent, call: Call, acts: Acts): boolean {
  const row = personAt(event);
  const { me, others, may } = call.view();
  const person = row === me?.id ? me : others.find((one) => one.id === row);
  const meant = PERSON_KEYS.get(keyName(event) ?? "");
  if (person == null || meant === undefined) return false;
  const possible = actsOf(person, may, acts.isSharing(person));
  const act = meant.find((one) => possible.includes(one));
  if (act !== undefined) acts.run(person, act, acts.isSpotlit(person));
  // M on somebody who is muted already must not open the host's own microphone.
  return act !== undefined || (may.is_moderator && !person.is_me);
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

/** About what a closed row takes; the browser takes it for rows out of sight until it has drawn them once. */
const ROW_PX = 54;

function Group({ title, people, acts }: GroupProps) {
  const numberOf = useNumberOf();
  return (
    <section className={styles.group} style={{ containIntrinsicHeight: `auto ${people.length * ROW_PX}px` }}>
      {title !== null && <h3>{title}</h3>}
      <ul className={styles.people}>
        {people.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            number={numberOf(person.id)}
            may={acts.may}
            isSharing={acts.isSharing(person)}
            isSpotlit={acts.isSpotlit(person)}
            isOpen={acts.open === person.id}
            onToggle={acts.toggle}
            onAct={acts.run}
          />
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

interface PersonRowProps {
  person: Person;
  number: number | null;
  may: Rights;
  isSharing: boolean;
  isSpotlit: boolean;
  isOpen: boolean;
  onToggle: (person: Person) => void;
  onAct: Acts["run"];
}

/** Drawn anew only when something about this person changed, whoever else comes and goes. */
const PersonRow = memo(function PersonRow(props: PersonRowProps) {
  const { person, number, isSpotlit, isOpen, onToggle, onAct } = props;
  const text = useText();
  const call = useCall();
  const numberId = useId();
  const role = ROLES[person.role][person.is_me ? 1 : 0];
  const isUp = person.hand_raised_at !== null;
  const possible = actsOf(person, props.may, props.isSharing);
  return (
    <li
      className={classes(styles.person, person.is_reconnecting && styles.away)}
      data-number={number === null ? undefined : shownNumber(number)}
    >
      <Avatar name={person.name} />
      <div className={styles.words}>
        <div className={styles.name}>
          <span>{person.name}</span> <RowNumber id={numberId} number={number} />
        </div>
        {role !== null && <div className={styles.role}>{text(role)}</div>}
        {person.warnings !== null && <Warned person={person.warnings} />}
        {person.is_reconnecting && <div className={styles.trouble}>{text("call.tile.reconnecting")}</div>}
      </div>
      {isUp && person.is_me && (
        <Button kind="quiet" onPress={() => call.dispatch({ type: "set-hand", raised: false })}>
          {text("call.people.lowerHand")}
        </Button>
      )}
      <Marks person={person} />
      {possible.length > 0 && (
        <More
          label={text("safety.person.more", { name: person.name })}
          isOpen={isOpen}
          onToggle={() => onToggle(person)}
          shortcuts={keysOf(possible)}
          person={person.id}
          numberId={number === null ? undefined : numberId}
        />
      )}
      {possible.length > 0 && isOpen && (
        <PersonActs
          person={person}
          acts={possible}
          isSpotlit={isSpotlit}
          onAct={(act) => onAct(person, act, isSpotlit)}
        />
      )}
    </li>
  );
});

/** What the door had warned of, for those who run the room: it is still true of who was let in. */
function Warned({ person }: { person: WaitingPerson }) {
  const text = useText();
  const intl = useIntl();
  const words = warningsOf(person, text, (names) => intl.formatList(names));
  return (
    <div className={styles.trouble}>
      <Icon of={TriangleAlert} size={16} /> {words.join(" · ")}
    </div>
  );
}

/** Hand, link and microphone, as they are now. */
function Marks({ person }: { person: Person }) {
  const text = useText();
  return (
    <>
      {person.hand_raised_at !== null && (
        <Mark icon={Hand} words={text("call.tile.hand")} className={styles.hand} />
      )}
      {person.is_reconnecting && <Mark icon={WifiOff} words="" className={styles.trouble} />}
      {person.quality === "poor" && (
        <Mark icon={TriangleAlert} words={text("call.tile.weak")} className={styles.trouble} />
      )}
      <Mark
        icon={person.is_muted ? MicOff : Mic}
        words={text(person.is_muted ? "call.people.microphoneOff" : "call.people.microphoneOn")}
        className={person.is_muted ? undefined : styles.open}
      />
    </>
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
