/** The media link on livekit-client: one numbered connection at a time, the sound of everybody, own sources. */
import {
  getLogger,
  LoggerNames,
  LogLevel,
  Room,
  RoomEvent,
  Track,
  VideoPresets,
  type ReconnectPolicy,
  type RemoteTrack,
  type RoomOptions,
  type VideoTrack,
} from "livekit-client";
import type { MediaFacts, PictureKey } from "../room/facts";
import type { MediaInput } from "../room/media";
import type { Source, SourcesInput } from "../room/sources";
import type { MediaCredentials } from "../room/wire";
import { sourceFailure } from "./failures";
import { OwnSources, type ChosenDevices } from "./own-sources";
import { read } from "./pictures";

export interface MediaReports {
  readonly onMedia: (input: MediaInput) => void;
  readonly onSources: (input: SourcesInput) => void;
  readonly onFacts: (facts: MediaFacts) => void;
  readonly onVoiceWhileMuted: () => void;
}

const SOCKET_TIMEOUT_MS = 5000;
const PEER_TIMEOUT_MS = 8000;
/** The library tries for this long to mend a link; then the room asks for a new permission and starts afresh. */
const RESUME_FOR_MS = 10_000;
const RESUME_DELAYS_MS = [0, 150, 300, 500, 500, 750, 750, 1000] as const;

const QUICK_RECONNECT: ReconnectPolicy = {
  nextRetryDelayInMs: ({ retryCount, elapsedMs }) =>
    elapsedMs > RESUME_FOR_MS ? null : (RESUME_DELAYS_MS[retryCount] ?? 1000),
};

function options(speaker: string | null): RoomOptions {
  return {
    adaptiveStream: true,
    dynacast: true,
    singlePeerConnection: false,
    stopLocalTrackOnUnpublish: false,
    reconnectPolicy: QUICK_RECONNECT,
    publishDefaults: { simulcast: true, videoSimulcastLayers: [VideoPresets.h180, VideoPresets.h360] },
    ...(speaker === null ? {} : { audioOutput: { deviceId: speaker } }),
  };
}

/** News after which what is known of people is read anew. */
const TELLING = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.AudioPlaybackStatusChanged,
  RoomEvent.Connected,
  RoomEvent.Reconnected,
  RoomEvent.Disconnected,
] as const;

/** The media server's address for the library, which wants ws(s); an empty one is the page's own origin. */
function mediaUrl(url: string): string {
  return url === "" ? window.location.origin.replace(/^http/, "ws") : url;
}

/** What the library says of a link that is given up on purpose is no news, least of all to who looks for faults. */
function hear(level: LogLevel): void {
  // The default is of this page alone: a level that is set is kept in the browser.
  for (const name of Object.values(LoggerNames)) getLogger(name).setDefaultLevel(level);
}

export class MediaLink {
  readonly #reports: MediaReports;
  readonly #own: OwnSources;
  readonly #sound: HTMLElement;
  #pictures: ReadonlyMap<PictureKey, VideoTrack> = new Map();
  #room: Room | null = null;
  #connection = 0;
  #speaker: string | null;
  #isReadingSoon = false;

  constructor(devices: ChosenDevices, reports: MediaReports) {
    this.#reports = reports;
    this.#speaker = devices.speaker;
    this.#own = new OwnSources(devices, {
      onChange: () => this.#readSoon(),
      onEnded: (source, failure) => reports.onSources({ type: "ended", source, failure }),
      onVoiceWhileMuted: reports.onVoiceWhileMuted,
    });
    this.#sound = document.createElement("div");
    this.#sound.hidden = true;
    document.body.append(this.#sound);
  }

  async connect(connection: number, media: MediaCredentials): Promise<void> {
    hear(LogLevel.info);
    const room = new Room(options(this.#speaker));
    this.#room = room;
    this.#connection = connection;
    this.#listen(room, connection);
    try {
      await room.connect(mediaUrl(media.url), media.token, {
        websocketTimeout: SOCKET_TIMEOUT_MS,
        peerConnectionTimeout: PEER_TIMEOUT_MS,
        maxRetries: 0,
      });
    } catch {
      this.#reports.onMedia({ type: "disconnected", connection });
    }
  }

  disconnect(connection: number): void {
    if (connection !== this.#connection || this.#room === null) return;
    const room = this.#room;
    this.#room = null;
    hear(LogLevel.error);
    this.#own.publishTo(null);
    void room.disconnect(false);
    this.#sound.replaceChildren();
    this.#readSoon();
  }

  setSource(source: Source, on: boolean): void {
    this.#own.set(source, on).then(
      () => this.#reports.onSources({ type: "changed", source, on }),
      (error: unknown) =>
        this.#reports.onSources({ type: "failed", source, failure: sourceFailure(source, error) }),
    );
  }

  stopSources(): void {
    this.#own.stopAll();
  }

  /** Draws a picture in a video element until the returned function is called. */
  attach(picture: PictureKey, element: HTMLVideoElement): () => void {
    const track = this.#pictures.get(picture);
    track?.attach(element);
    return () => track?.detach(element);
  }

  /** Must run in the handler of a press: browsers let sound begin only then. */
  async startSound(): Promise<void> {
    await this.#room?.startAudio();
    this.#readSoon();
  }

  async chooseDevice(kind: keyof ChosenDevices, deviceId: string): Promise<void> {
    if (kind !== "speaker") return this.#own.choose(kind, deviceId);
    this.#speaker = deviceId;
    await this.#room?.switchActiveDevice("audiooutput", deviceId);
  }

  close(): void {
    this.disconnect(this.#connection);
    this.#own.stopAll();
    this.#sound.remove();
  }

  #listen(room: Room, connection: number): void {
    const { onMedia } = this.#reports;
    room
      .on(RoomEvent.SignalConnected, () => {
        if (room === this.#room) this.#own.publishTo(room);
      })
      .on(RoomEvent.Connected, () => onMedia({ type: "connected", connection }))
      .on(RoomEvent.SignalReconnecting, () => onMedia({ type: "reconnecting", connection }))
      .on(RoomEvent.Reconnecting, () => onMedia({ type: "reconnecting", connection }))
      .on(RoomEvent.Reconnected, () => onMedia({ type: "connected", connection }))
      .on(RoomEvent.Disconnected, () => onMedia({ type: "disconnected", connection }))
      .on(RoomEvent.ParticipantPermissionsChanged, (_, participant) => {
        if (room === this.#room && participant.isLocal) this.#own.followPermissions();
      })
      .on(RoomEvent.TrackSubscribed, (track) => this.#hear(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        for (const element of track.kind === Track.Kind.Audio ? track.detach() : []) element.remove();
      });
    for (const event of TELLING) room.on(event, () => this.#readSoon());
  }

  /** Sound plays from elements of its own: which tiles are in view makes no difference. */
  #hear(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Audio) this.#sound.append(track.attach());
  }

  #readSoon(): void {
    if (this.#isReadingSoon) return;
    this.#isReadingSoon = true;
    queueMicrotask(() => {
      this.#isReadingSoon = false;
      const { facts, pictures } = read(this.#room, this.#own);
      this.#pictures = pictures;
      this.#reports.onFacts(facts);
    });
  }
}
