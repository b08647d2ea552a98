/**
 * What this page captures: one microphone, one camera, one screen with its sound. Captured tracks outlive the link:
 * they are published into each new one, so a reconnection asks nobody for a device again.
 */
import {
  createLocalAudioTrack,
  createLocalScreenTracks,
  createLocalVideoTrack,
  ScreenSharePresets,
  Track,
  TrackEvent,
  VideoPresets,
  type LocalTrack,
  type LocalVideoTrack,
  type Room,
} from "livekit-client";
import type { Source, SourceFailure } from "../room/sources";
import { voiceWatcher, type VoiceWatcher } from "./voice";

export interface ChosenDevices {
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
}

export interface OwnSourcesReports {
  /** Something about the captured tracks changed. */
  readonly onChange: () => void;
  /** A source ended without being asked to: unplugged, taken away, or stopped in the browser's own bar. */
  readonly onEnded: (source: Source, failure: SourceFailure | null) => void;
  readonly onVoiceWhileMuted: () => void;
}

function prefer(deviceId: string | null): { deviceId?: ConstrainDOMString } {
  return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
}

const CAPTURE: Readonly<Record<Source, (devices: ChosenDevices) => Promise<LocalTrack[]>>> = {
  microphone: async ({ microphone }) => [await createLocalAudioTrack(prefer(microphone))],
  camera: async ({ camera }) => [
    await createLocalVideoTrack({ ...prefer(camera), resolution: VideoPresets.h720.resolution }),
  ],
  screen: () =>
    createLocalScreenTracks({ audio: true, resolution: ScreenSharePresets.h1080fps15.resolution }),
};

/** LiveKit's numbers for its sources of tracks (TrackSource in livekit_models.proto). */
const ON_THE_WIRE: Readonly<Record<Source, number>> = { camera: 1, microphone: 2, screen: 3 };

function isOver(track: LocalTrack): boolean {
  return track.mediaStreamTrack.readyState === "ended";
}

export class OwnSources {
  readonly #tracks: Record<Source, LocalTrack[]> = { microphone: [], camera: [], screen: [] };
  readonly #reports: OwnSourcesReports;
  readonly #voice: VoiceWatcher;
  /** Tracks that this page itself is muting: of any other mute, somebody else is the author. */
  readonly #muting = new Set<LocalTrack>();
  #devices: ChosenDevices;
  #room: Room | null = null;

  constructor(devices: ChosenDevices, reports: OwnSourcesReports) {
    this.#devices = devices;
    this.#reports = reports;
    this.#voice = voiceWatcher(reports.onVoiceWhileMuted);
  }

  isOn(source: Source): boolean {
    return this.#tracks[source].some((track) => !track.isMuted && !isOver(track));
  }

  picture(source: "camera" | "screen"): LocalVideoTrack | null {
    const video = this.#tracks[source].find((track) => track.kind === Track.Kind.Video && !track.isMuted);
    return (video as LocalVideoTrack | undefined) ?? null;
  }

  /** Resolves once the source is on or off on this device; what is on is sent as soon as there is a link. */
  async set(source: Source, on: boolean): Promise<void> {
    if (on) await this.#turnOn(source);
    else await this.#turnOff(source);
    this.#listenWhileMuted();
    this.#reports.onChange();
  }

  /** Everything that is on goes to this link from now on; null while there is none. */
  publishTo(room: Room | null): void {
    this.#room = room;
    for (const source of ["microphone", "camera", "screen"] as const) this.#publish(source);
  }

  async choose(kind: "microphone" | "camera", deviceId: string): Promise<void> {
    this.#devices = { ...this.#devices, [kind]: deviceId };
    for (const track of this.#tracks[kind]) await track.setDeviceId(deviceId);
    this.#listenWhileMuted();
    this.#reports.onChange();
  }

  /** The room's rules changed: what may no longer be sent is let go of, what may be sent again is. */
  followPermissions(): void {
    for (const source of ["microphone", "camera", "screen"] as const) {
      if (this.#tracks[source].length === 0) continue;
      if (this.#maySend(source)) {
        this.#publish(source);
        continue;
      }
      this.#drop(source);
      this.#reports.onEnded(source, "by-host");
      this.#reports.onChange();
    }
    this.#listenWhileMuted();
  }

  stopAll(): void {
    this.#room = null;
    this.#voice.stop();
    for (const source of ["microphone", "camera", "screen"] as const) this.#drop(source);
  }

  async #turnOn(source: Source): Promise<void> {
    const tracks = this.#tracks[source];
    if (tracks.length > 0 && (source === "camera" || !tracks.some(isOver))) {
      for (const track of tracks) await track.unmute();
    } else {
      this.#drop(source);
      this.#keep(source, await CAPTURE[source](this.#devices));
    }
    this.#publish(source);
  }

  async #turnOff(source: Source): Promise<void> {
    if (source === "screen") this.#drop(source);
    else for (const track of this.#tracks[source]) await this.#mute(track);
  }

  async #mute(track: LocalTrack): Promise<void> {
    this.#muting.add(track);
    try {
      await track.mute();
    } finally {
      this.#muting.delete(track);
    }
  }

  #keep(source: Source, tracks: LocalTrack[]): void {
    this.#tracks[source] = tracks;
    for (const track of tracks) {
      track.on(TrackEvent.Ended, () => void this.#trackEnded(source, track));
      track.on(TrackEvent.Muted, () => this.#trackMuted(source, track));
    }
  }

  /** The server mutes what those who run the room have muted; nothing but this page ever unmutes it. */
  #trackMuted(source: Source, track: LocalTrack): void {
    if (source === "screen" || this.#muting.has(track) || !this.#tracks[source].includes(track)) return;
    this.#reports.onEnded(source, "by-host");
    this.#listenWhileMuted();
    this.#reports.onChange();
  }

  /** The library tries another device first; what is still over afterwards is over for good. */
  async #trackEnded(source: Source, track: LocalTrack): Promise<void> {
    if (!this.#tracks[source].includes(track) || track.isMuted) return;
    if (source === "screen") {
      this.#drop(source);
      this.#reports.onEnded(source, null);
    } else {
      await this.#mute(track);
      this.#reports.onEnded(source, "lost");
    }
    this.#reports.onChange();
  }

  #drop(source: Source): void {
    const tracks = this.#tracks[source];
    this.#tracks[source] = [];
    for (const track of tracks) {
      void this.#room?.localParticipant.unpublishTrack(track, true);
      track.stop();
    }
  }

  /** Whether the link's permission covers a source; it does while nothing is known. */
  #maySend(source: Source): boolean {
    const permissions = this.#room?.localParticipant.permissions;
    if (permissions === undefined) return true;
    const { canPublish, canPublishSources } = permissions;
    return canPublish && (canPublishSources.length === 0 || canPublishSources.includes(ON_THE_WIRE[source]));
  }

  #publish(source: Source): void {
    const room = this.#room;
    if (room === null || !this.#maySend(source)) return;
    for (const track of this.#tracks[source]) {
      const isThere = [...room.localParticipant.trackPublications.values()].some(
        (one) => one.track === track,
      );
      if (isThere || track.isMuted || isOver(track)) continue;
      room.localParticipant.publishTrack(track).catch(() => {
        // The link itself reports its end; this is for a track refused while the link lives.
        if (room === this.#room && this.#tracks[source].includes(track)) {
          this.#drop(source);
          this.#reports.onEnded(source, "unknown");
        }
      });
    }
  }

  #listenWhileMuted(): void {
    const microphone = this.#tracks.microphone[0];
    const listens = microphone !== undefined && microphone.isMuted && !isOver(microphone);
    this.#voice.follow(listens ? microphone.mediaStreamTrack : null);
  }
}
