/** What a page keeps of its place, so that loading it again leads back there. */
import type { RoomState } from "./room";
import type { ParticipantId } from "./wire";

export interface Place {
  /** The meeting's link as last told; null while only the way one came by is known. */
  readonly code: string | null;
  readonly participant_id: ParticipantId;
  readonly secret: string;
  readonly microphone: boolean;
  readonly camera: boolean;
  /** The person left: only an act of theirs leads back. */
  readonly is_over: boolean;
}

/** Endings after which the same secret may still lead back in. */
const MAY_COME_BACK: ReadonlySet<string> = new Set(["left", "room-full", "rate-limited"]);

/** Null while there is no place, and once there is no way back to it. */
export function placeOf({ control, sources, ending }: RoomState): Place | null {
  if (control.resume === null || (ending !== null && !MAY_COME_BACK.has(ending.code))) return null;
  return {
    code: control.code,
    ...control.resume,
    microphone: sources.microphone.wanted,
    camera: sources.camera.wanted,
    is_over: ending !== null,
  };
}
