import type { Beginning, Beginnings } from "../../api/types";
import type { MessageId } from "../../i18n";

export type Device = keyof Beginnings;

const DEVICES: readonly Device[] = ["microphone", "camera"];

type Kept = Exclude<Beginning, "as-chosen">;

function keptOff({ microphone, camera }: Beginnings): readonly (readonly [Device, Kept])[] {
  const kept: (readonly [Device, Kept])[] = [];
  if (microphone !== "as-chosen") kept.push(["microphone", microphone]);
  if (camera !== "as-chosen") kept.push(["camera", camera]);
  return kept;
}

/** What to say about the devices that begin switched off whatever is chosen: a sentence for both, or one for each. */
export function wordsAbout(begins: Beginnings): readonly MessageId[] {
  const kept = keptOff(begins);
  const [first, second] = kept;
  if (first === undefined) return [];
  const [, why] = first;
  if (why === "observer") return ["preJoin.begins.observer"];
  if (second !== undefined && second[1] === why) return [`preJoin.begins.both.${why}`];
  return kept.flatMap(([device, reason]): MessageId[] =>
    reason === "observer" ? [] : [`preJoin.begins.${device}.${reason}`],
  );
}

/** Whether something that is on here will be off in the room: it can only be tried. */
export function isOnlyTried(begins: Beginnings, isOn: Readonly<Record<Device, boolean>>): boolean {
  return DEVICES.some((device) => isOn[device] && begins[device] !== "as-chosen");
}
