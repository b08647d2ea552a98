/** What the media link knows of everybody, as one value that is replaced whenever something changes. */
import type { ParticipantId } from "./wire";

/** Names one picture (a camera or a screen) to whoever draws it; says nothing else. */
export type PictureKey = string & { readonly brand: "PictureKey" };

export type Quality = "good" | "poor" | "lost" | "unknown";

export interface PersonMedia {
  /** The microphone is sent and not muted. */
  readonly is_heard: boolean;
  readonly is_speaking: boolean;
  readonly camera: PictureKey | null;
  readonly screen: PictureKey | null;
  readonly quality: Quality;
}

export interface MediaFacts {
  /** Everybody else on the media link, by participant id. */
  readonly people: Readonly<Record<ParticipantId, PersonMedia>>;
  readonly own: PersonMedia;
  /** The browser keeps the sound off until the person presses something. */
  readonly is_sound_blocked: boolean;
}

export const NO_MEDIA: PersonMedia = {
  is_heard: false,
  is_speaking: false,
  camera: null,
  screen: null,
  quality: "unknown",
};

export const NO_FACTS: MediaFacts = { people: {}, own: NO_MEDIA, is_sound_blocked: false };
