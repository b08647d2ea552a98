import {
  Ban,
  Crown,
  Flag,
  Hand,
  Mic,
  MicOff,
  MonitorX,
  Pencil,
  Star,
  UserCheck,
  UserMinus,
  UserX,
  VideoOff,
  type LucideIcon,
} from "lucide-react";
import type { Person } from "../../room/view";
import type { Act } from "../../room/wire";
import { useText, type MessageId } from "../../i18n";
import { keyShown, PERSON_KEYS, type PersonAct } from "./people";
import { RowAct, RowActs } from "./RowActs";

interface Look {
  readonly icon: LucideIcon;
  readonly words: MessageId;
  readonly isDanger?: boolean;
}

const LOOKS: Readonly<Record<PersonAct, Look>> = {
  mute: { icon: MicOff, words: "safety.person.mute" },
  "ask-to-unmute": { icon: Mic, words: "safety.person.askToUnmute" },
  "stop-camera": { icon: VideoOff, words: "safety.person.stopCamera" },
  "stop-share": { icon: MonitorX, words: "safety.person.stopShare" },
  spotlight: { icon: Star, words: "safety.person.spotlight" },
  "lower-hand": { icon: Hand, words: "safety.person.lowerHand" },
  rename: { icon: Pencil, words: "safety.person.rename" },
  "make-cohost": { icon: UserCheck, words: "safety.person.makeCohost" },
  "make-participant": { icon: UserMinus, words: "safety.person.makeParticipant" },
  "hand-over": { icon: Crown, words: "safety.person.handOver" },
  report: { icon: Flag, words: "safety.person.report" },
  remove: { icon: UserX, words: "safety.person.remove", isDanger: true },
  ban: { icon: Ban, words: "safety.person.ban", isDanger: true },
};

/** Acts that are one frame; the others ask something first. */
export function frameOf(person: Person, act: PersonAct, isSpotlit: boolean): Act | null {
  const participant_id = person.id;
  switch (act) {
    case "mute":
    case "ask-to-unmute":
    case "stop-camera":
    case "stop-share":
    case "remove":
      return { type: act, participant_id };
    case "lower-hand":
      return { type: "lower-hand-of", participant_id };
    case "spotlight":
      return { type: "spotlight", participant_id: isSpotlit ? null : participant_id };
    case "make-cohost":
      return { type: "set-role", participant_id, role: "cohost" };
    case "make-participant":
      return { type: "set-role", participant_id, role: "participant" };
    default:
      return null;
  }
}

const KEY_OF: ReadonlyMap<PersonAct, string> = new Map(
  [...PERSON_KEYS].flatMap(([key, acts]) => acts.map((act) => [act, keyShown(key)] as const)),
);

export interface PersonActsProps {
  person: Person;
  acts: readonly PersonAct[];
  isSpotlit: boolean;
  onAct: (act: PersonAct) => void;
}

/** Everything that can be done about one person, under their name. */
export function PersonActs({ person, acts, isSpotlit, onAct }: PersonActsProps) {
  const text = useText();
  const wordsOf = (act: PersonAct): MessageId => {
    if (act === "spotlight" && isSpotlit) return "safety.person.unspotlight";
    return act === "rename" && person.is_me ? "safety.person.renameMe" : LOOKS[act].words;
  };
  return (
    <RowActs label={text("safety.person.more", { name: person.name })}>
      {acts.map((act) => (
        <RowAct
          key={act}
          icon={LOOKS[act].icon}
          isDanger={LOOKS[act].isDanger}
          isApart={act === "ban"}
          shortcut={KEY_OF.get(act)}
          onPress={() => onAct(act)}
        >
          {text(wordsOf(act))}
        </RowAct>
      ))}
    </RowActs>
  );
}

/** The keys of a person's acts, as assistive technology is told of them. */
export function keysOf(acts: readonly PersonAct[]): string {
  return acts.flatMap((act) => KEY_OF.get(act) ?? []).join(" ");
}
