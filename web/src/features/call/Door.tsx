import { Ban, TriangleAlert, UserX, WifiOff, X } from "lucide-react";
import { memo, useId, useState } from "react";
import { useIntl } from "react-intl";
import { hasWarning } from "../../room/snapshot";
import {
  MAX_ADMITTED_AT_ONCE,
  type DenialReason,
  type Provenance,
  type WaitingPerson,
} from "../../room/wire";
import { useText, type Text } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Badge } from "../../ui/Badge";
import { LightButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useCall, useRoomParts } from "./CallContext";
import styles from "./Door.module.css";
import { useNumberOf } from "./numbers";
import { DOOR_KEYS, isBeingLetIn, keyShown, turnAway } from "./people";
import { More, RowAct, RowActs, RowNumber } from "./RowActs";
import { shownNumber } from "./rows";

export interface DoorProps {
  rows: number;
  /** Asks before somebody is kept out. */
  onBan: (person: WaitingPerson) => void;
}

/**
 * Who is at the door, first in the panel: one press lets a person in, one turns them away. `rows`: how many of them
 * have a row yet.
 */
export function Door({ rows, onBan }: DoorProps) {
  const text = useText();
  const id = useId();
  const { waiting, pending } = useRoomParts("waiting", "pending");
  const numberOf = useNumberOf();
  const shown = waiting.slice(0, rows);
  return (
    <section className={styles.door} aria-label={text("safety.door")}>
      <div className={styles.head}>
        <h3>{text("safety.door.title", { count: waiting.length })}</h3>
        {shown.length > 1 && <AdmitAll shown={shown} hintId={`${id}-all`} />}
      </div>
      {waiting.length === 0 ? (
        <p className={styles.quiet}>{text("safety.door.empty")}</p>
      ) : (
        <ul className={styles.people}>
          {shown.map((person) => (
            <WaitingRow
              key={person.id}
              person={person}
              number={numberOf(person.id)}
              isBusy={isBeingLetIn(pending, person.id)}
              onBan={onBan}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Everybody to be seen who has no warning; the others are to be looked at one by one. */
function AdmitAll({ shown, hintId }: { shown: readonly WaitingPerson[]; hintId: string }) {
  const text = useText();
  const call = useCall();
  const safe = shown.filter((person) => !hasWarning(person));
  if (safe.length === 0) return null;
  const participant_ids = safe.slice(0, MAX_ADMITTED_AT_ONCE).map((person) => person.id);
  return (
    <>
      <LightButton
        kind="primary"
        className={styles.all}
        aria-describedby={safe.length < shown.length ? hintId : undefined}
        onClick={() => call.ask({ type: "admit", participant_ids })}
      >
        {text("safety.door.admitAll")}
      </LightButton>
      {safe.length < shown.length && (
        <p id={hintId} className={styles.hint}>
          {text("safety.door.admitAll.hint")}
        </p>
      )}
    </>
  );
}

interface WaitingRowProps {
  person: WaitingPerson;
  number: number | null;
  isBusy: boolean;
  onBan: (person: WaitingPerson) => void;
}

/**
 * Pressed by a key or by assistive technology, which the browser counts as no click: whoever is let in takes the row
 * along, so the focus goes to the next at once, and keys pressed before the server has answered mean the same as later
 * ones.
 */
function focusNeighbour(pressed: Element): void {
  const row = pressed.closest("li");
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  const heading = pressed.closest("[data-panel]")?.querySelector("h2");
  (next?.querySelector<HTMLElement>("[data-row]:enabled") ?? heading)?.focus();
}

const KEYS_AT_DOOR = [...DOOR_KEYS.keys()].map(keyShown).join(" ");

/** Drawn anew only when something about this person changed, however many knock. */
const WaitingRow = memo(function WaitingRow({ person, number, isBusy, onBan }: WaitingRowProps) {
  const text = useText();
  const call = useCall();
  const nameId = useId();
  const [isOpen, setOpen] = useState(false);
  const { id } = person;
  const isWarned = hasWarning(person);
  const known = (
    <div className={styles.known} id={`${nameId}-known`}>
      <Marks person={person} />
      {person.note !== null && (
        <p className={styles.note}>{text("safety.door.note", { note: person.note })}</p>
      )}
    </div>
  );
  const described = [
    nameId,
    ...(number === null ? [] : [`${nameId}-number`]),
    ...(isWarned ? [`${nameId}-known`] : []),
  ].join(" ");
  return (
    <li className={styles.person} data-number={number === null ? undefined : shownNumber(number)}>
      <Avatar name={person.name} />
      <div className={styles.line}>
        <div className={styles.name}>
          <span id={nameId}>{person.name}</span> <RowNumber id={`${nameId}-number`} number={number} />
        </div>
        {/* What to look at twice is read, by eyes and by ears, before the button that lets somebody in. */}
        {isWarned && known}
        <RowButtons
          person={person}
          describedBy={described}
          isBusy={isBusy}
          isOpen={isOpen}
          onToggle={() => setOpen(!isOpen)}
        />
      </div>
      {!isWarned && known}
      {isOpen && (
        <div className={styles.open}>
          <ActsAtDoor
            person={person}
            onAct={(act) => (act === "ban" ? onBan(person) : call.ask(turnAway(id, act)))}
          />
        </div>
      )}
    </li>
  );
});

interface RowButtonsProps {
  person: WaitingPerson;
  /** The ids of what says whom they are about: the name's first. */
  describedBy: string;
  isBusy: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

/** Let in, turn away, and what else can be done. */
function RowButtons({ person, describedBy, isBusy, isOpen, onToggle }: RowButtonsProps) {
  const text = useText();
  const call = useCall();
  const { id } = person;
  return (
    <div className={styles.acts}>
      <LightButton
        kind={hasWarning(person) ? "plain" : "primary"}
        className={styles.act}
        aria-describedby={describedBy}
        aria-keyshortcuts={KEYS_AT_DOOR}
        disabled={isBusy}
        data-row="waiting"
        data-person={id}
        onClick={({ detail: clicks, currentTarget }) => {
          call.ask({ type: "admit", participant_ids: [id] });
          if (clicks === 0) focusNeighbour(currentTarget);
        }}
      >
        {text("safety.door.admit")}
      </LightButton>
      <LightButton
        kind="quiet"
        isSquare
        aria-label={text("safety.door.deny")}
        aria-describedby={describedBy.split(" ")[0]}
        onClick={() => call.ask(turnAway(id, "not-expected"))}
      >
        <Icon of={X} />
      </LightButton>
      <More label={text("safety.door.more", { name: person.name })} isOpen={isOpen} onToggle={onToggle} />
    </div>
  );
}

interface ActsAtDoorProps {
  person: WaitingPerson;
  onAct: (act: DenialReason | "ban") => void;
}

const WORDS = [
  ["wrong-name", "safety.door.denyWrongName"],
  ["full", "safety.door.denyFull"],
  ["other", "safety.door.denyOther"],
  ["ban", "safety.person.ban"],
] as const;

const KEY_OF: ReadonlyMap<DenialReason | "ban", string> = new Map(
  [...DOOR_KEYS].map(([key, act]) => [act, keyShown(key)]),
);

function ActsAtDoor({ person, onAct }: ActsAtDoorProps) {
  const text = useText();
  return (
    <RowActs label={text("safety.door.more", { name: person.name })}>
      {WORDS.map(([act, words]) => (
        <RowAct
          key={act}
          icon={act === "ban" ? Ban : UserX}
          isDanger={act === "ban"}
          shortcut={KEY_OF.get(act)}
          onPress={() => onAct(act)}
        >
          {text(words)}
        </RowAct>
      ))}
    </RowActs>
  );
}

/** How well somebody is known decides the colour of the word, never the order of the list. */
const KNOWN: Readonly<Record<Provenance, "good" | "neutral" | "attention">> = {
  owner: "good",
  account: "neutral",
  invited: "good",
  roster: "good",
  "open-link": "attention",
};

export function warningsOf(
  person: WaitingPerson,
  text: Text,
  list: (names: readonly string[]) => string,
): string[] {
  return [
    ...(person.looks_like.length > 0 ? [text("safety.door.alike", { names: list(person.looks_like) })] : []),
    ...(person.is_second_device ? [text("safety.door.secondDevice")] : []),
    ...(person.was_removed_before ? [text("safety.door.removedBefore")] : []),
  ];
}

function Marks({ person }: { person: WaitingPerson }) {
  const text = useText();
  const intl = useIntl();
  const warnings = warningsOf(person, text, (names) => intl.formatList(names));
  return (
    <div className={styles.marks}>
      <Badge kind={KNOWN[person.provenance]}>{text(`safety.provenance.${person.provenance}`)}</Badge>
      {warnings.map((words) => (
        <Badge key={words} kind="trouble">
          <Icon of={TriangleAlert} size={16} />
          {words}
        </Badge>
      ))}
      {!person.connected && (
        <span className={styles.away}>
          <Icon of={WifiOff} size={16} />
          {text("safety.door.away")}
        </span>
      )}
    </div>
  );
}
