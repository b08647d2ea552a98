import { Hand, Mic, MicOff, TriangleAlert, WifiOff } from "lucide-react";
import type { Person, RoomView } from "../../room/view";
import { useText, type MessageId } from "../../i18n";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useCall } from "./CallContext";
import { CopyLink } from "./CopyLink";
import { handsFirst } from "./people";
import styles from "./PeoplePanel.module.css";
import { SidePanel } from "./SidePanel";

export interface PeoplePanelProps {
  view: RoomView;
  link: string;
  onClose: () => void;
}

/** Everybody in the room: raised hands first, in the order they went up. */
export function PeoplePanel({ view, link, onClose }: PeoplePanelProps) {
  const text = useText();
  const { hands, rest } = handsFirst(view.me, view.others);
  const count = hands.length + rest.length;
  return (
    <SidePanel
      title={text("call.people.title", { count })}
      onClose={onClose}
      foot={
        <div className={styles.foot}>
          <CopyLink link={link} />
        </div>
      }
    >
      {hands.length > 0 && (
        <Group title={text("call.people.hands", { count: hands.length })} people={hands} />
      )}
      <Group
        title={hands.length > 0 ? text("call.people.room", { count: rest.length }) : null}
        people={rest}
      />
    </SidePanel>
  );
}

function Group({ title, people }: { title: string | null; people: readonly Person[] }) {
  return (
    <section className={styles.group}>
      {title !== null && <h3>{title}</h3>}
      <ul className={styles.people}>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} />
        ))}
      </ul>
    </section>
  );
}

function roleOf(person: Person): MessageId | null {
  if (person.role === "host") return person.is_me ? "call.people.hostYou" : "call.people.host";
  return person.is_me ? "call.people.you" : null;
}

function PersonRow({ person }: { person: Person }) {
  const text = useText();
  const call = useCall();
  const role = roleOf(person);
  const isUp = person.hand_raised_at !== null;
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
