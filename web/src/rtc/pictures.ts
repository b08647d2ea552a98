/** Reads from livekit-client what the room needs to know of everybody, and which track each picture is. */
import { ConnectionQuality, Track, type Participant, type Room, type VideoTrack } from "livekit-client";
import type { MediaFacts, PersonMedia, PictureKey, Quality } from "../room/facts";
import type { ParticipantId } from "../room/wire";
import type { OwnSources } from "./own-sources";

export interface Reading {
  readonly facts: MediaFacts;
  readonly pictures: ReadonlyMap<PictureKey, VideoTrack>;
}

const QUALITIES: Readonly<Record<ConnectionQuality, Quality>> = {
  [ConnectionQuality.Excellent]: "good",
  [ConnectionQuality.Good]: "good",
  [ConnectionQuality.Poor]: "poor",
  [ConnectionQuality.Lost]: "lost",
  [ConnectionQuality.Unknown]: "unknown",
};

type Pictures = Map<PictureKey, VideoTrack>;

function pictureOf(person: Participant, source: Track.Source, pictures: Pictures): PictureKey | null {
  const publication = person.getTrackPublication(source);
  const track = publication?.videoTrack;
  if (publication === undefined || track === undefined || publication.isMuted) return null;
  const key = `${person.identity}/${publication.trackSid}` as PictureKey;
  pictures.set(key, track);
  return key;
}

function personMedia(person: Participant, pictures: Pictures): PersonMedia {
  const microphone = person.getTrackPublication(Track.Source.Microphone);
  return {
    is_heard: microphone !== undefined && !microphone.isMuted,
    is_speaking: person.isSpeaking,
    camera: pictureOf(person, Track.Source.Camera, pictures),
    screen: pictureOf(person, Track.Source.ScreenShare, pictures),
    quality: QUALITIES[person.connectionQuality],
  };
}

function ownPicture(name: string, track: VideoTrack | null, pictures: Pictures): PictureKey | null {
  if (track === null) return null;
  const key = `own/${name}` as PictureKey;
  pictures.set(key, track);
  return key;
}

/** Own pictures are drawn from what is captured, so they are there before, and while, no link is. */
export function read(room: Room | null, own: OwnSources): Reading {
  const pictures: Pictures = new Map();
  const people: Record<ParticipantId, PersonMedia> = {};
  for (const person of room?.remoteParticipants.values() ?? []) {
    people[person.identity as ParticipantId] = personMedia(person, pictures);
  }
  const me = room?.localParticipant;
  return {
    pictures,
    facts: {
      people,
      own: {
        is_heard: own.isOn("microphone"),
        is_speaking: me?.isSpeaking ?? false,
        camera: ownPicture("camera", own.picture("camera"), pictures),
        screen: ownPicture("screen", own.picture("screen"), pictures),
        quality: me === undefined ? "unknown" : QUALITIES[me.connectionQuality],
      },
      is_sound_blocked: room !== null && room.remoteParticipants.size > 0 && !room.canPlaybackAudio,
    },
  };
}
