/**
 * What one participant may do in the room as it stands: the page shows no act that the server would refuse. The server
 * decides all the same; this only spares people a refusal.
 */
import type { Source } from "./sources";
import type { Audience, Participant, Role, Snapshot } from "./wire";

/** Why something is not possible just now, as the page explains it. */
export type Obstacle = "observer" | "frozen" | "paused" | "rule";

export interface Rights {
  readonly is_moderator: boolean;
  readonly is_host: boolean;
  readonly microphone: Obstacle | null;
  readonly camera: Obstacle | null;
  readonly screen: Obstacle | null;
  readonly chat: Obstacle | null;
  /** Who reads what is written; asked of the rules, whatever `chat` says. */
  readonly chat_to: Audience;
  readonly rename: boolean;
}

const NOBODY: Rights = {
  is_moderator: false,
  is_host: false,
  microphone: null,
  camera: null,
  screen: null,
  chat: null,
  chat_to: "all",
  rename: false,
};

const RUNS_THE_ROOM: Rights = { ...NOBODY, is_moderator: true, rename: true };

export function isModerator(role: Role | undefined): boolean {
  return role === "host" || role === "cohost";
}

function ownOf(snapshot: Snapshot): Participant | undefined {
  return snapshot.participants.find((one) => one.id === snapshot.you);
}

function obstacleOf(snapshot: Snapshot, role: Role | undefined, isAllowed: boolean): Obstacle | null {
  if (role === "observer") return "observer";
  if (snapshot.is_frozen) return "frozen";
  return isAllowed ? null : "rule";
}

/**
 * A pause leaves the devices alone: what they send reaches nobody, and reaches everybody again by itself when somebody
 * who runs the room is back. Only who speaks on request falls silent: nobody is there who asked.
 */
export function rightsOf(snapshot: Snapshot | null): Rights {
  if (snapshot === null) return NOBODY;
  const own = ownOf(snapshot);
  const role = own?.role;
  if (isModerator(role)) return { ...RUNS_THE_ROOM, is_host: role === "host" };
  const { rules } = snapshot;
  const isAsked = !rules.unmute && own?.may_speak === true;
  const unless = (isAllowed: boolean) => obstacleOf(snapshot, role, isAllowed);
  return {
    is_moderator: false,
    is_host: false,
    microphone: unless(rules.unmute || isAsked) ?? (isAsked && snapshot.is_paused ? "paused" : null),
    camera: unless(rules.camera),
    screen: unless(rules.share === "all"),
    chat: unless(rules.chat !== "off") ?? (snapshot.is_paused ? "paused" : null),
    chat_to: rules.chat === "hosts" ? "hosts" : "all",
    rename: rules.rename,
  };
}

export const SOURCES: readonly Source[] = ["microphone", "camera", "screen"];
