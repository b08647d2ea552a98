/** The bare page: livekit-client and nothing else. Runs in the browser; the test calls `window.sdk`. */

import {
  ConnectionState,
  DisconnectReason,
  Room,
  RoomEvent,
  type RemoteTrack,
  type SimulationScenario,
} from "livekit-client";

export interface JoinOptions {
  readonly url: string;
  readonly joinToken: string;
  /** Whether to send camera and microphone. */
  readonly publish: boolean;
  /** LiveKit's newer topology (v1) instead of one connection per direction (v0, the default). */
  readonly singlePeerConnection?: boolean;
}

/** Moments of one join, in milliseconds since `room.connect()` was called. */
export interface JoinMoments {
  /** `room.connect()` resolved. */
  readonly connected_ms: number;
  /** The first remote track arrived. */
  readonly subscribed_ms: number;
  /** The first remote frame was decoded and presented (requestVideoFrameCallback). */
  readonly frame_ms: number;
}

export interface Flow {
  /** Milliseconds since the mark at which each remote video frame was presented. */
  readonly frames_ms: readonly number[];
  /** Room events since the mark, [milliseconds, name]. */
  readonly events: readonly (readonly [number, string])[];
  /** Milliseconds between the mark and now. */
  readonly now_ms: number;
  readonly state: string;
  readonly remotes: number;
}

export interface SdkPage {
  /** Joins; resolves when connected (and published). Answers the milliseconds `room.connect()` took. */
  join(options: JoinOptions): Promise<number>;
  /** Joins without publishing; resolves at the first remote frame on screen. */
  joinUntilFrame(options: JoinOptions): Promise<JoinMoments>;
  /** Starts a new observation: times count from here. */
  mark(): void;
  flow(): Flow;
  /** Starts one of livekit-client's fault scenarios. */
  scenario(name: SimulationScenario): void;
  leave(): Promise<void>;
}

declare global {
  interface Window {
    sdk: SdkPage;
  }
}

const WATCHED = [
  RoomEvent.Reconnecting,
  RoomEvent.SignalReconnecting,
  RoomEvent.Reconnected,
  RoomEvent.Disconnected,
  RoomEvent.ActiveSpeakersChanged,
] as const;

let room = newRoom();
let marked_ms = performance.now();
let frames_ms: number[] = [];
let events: [number, string][] = [];
let firstFrame: (at_ms: number) => void = () => undefined;
let joined: JoinOptions | null = null;

function newRoom(singlePeerConnection = false): Room {
  const made = new Room({
    adaptiveStream: false,
    dynacast: false,
    singlePeerConnection,
    disconnectOnPageLeave: false,
  });
  made.on(RoomEvent.TrackSubscribed, (track: RemoteTrack) => show(track));
  made.on(RoomEvent.TrackUnsubscribed, (track: RemoteTrack) =>
    track.detach().forEach((element) => element.remove()),
  );
  for (const name of WATCHED) made.on(name, () => note(name));
  made.on(RoomEvent.Disconnected, (reason) => {
    if (reason !== DisconnectReason.CLIENT_INITIATED && joined !== null) void rejoin(joined);
  });
  return made;
}

function note(name: string): void {
  events.push([performance.now() - marked_ms, name]);
}

/** What an application does when the server ended its connection for good: it joins anew. */
async function rejoin(options: JoinOptions): Promise<void> {
  room = newRoom();
  try {
    await join(options);
    note("rejoined");
  } catch (error) {
    note(String(error));
  }
}

function show(track: RemoteTrack): void {
  const element = track.attach();
  document.body.append(element);
  if (element instanceof HTMLVideoElement) watch(element);
}

function watch(video: HTMLVideoElement): void {
  video.requestVideoFrameCallback((now_ms) => {
    frames_ms.push(now_ms - marked_ms);
    firstFrame(performance.now());
    watch(video);
  });
}

async function join(options: JoinOptions): Promise<number> {
  joined = options;
  const begun_ms = performance.now();
  await room.connect(options.url, options.joinToken);
  const took_ms = performance.now() - begun_ms;
  if (options.publish) await room.localParticipant.enableCameraAndMicrophone();
  return took_ms;
}

async function joinUntilFrame(options: JoinOptions): Promise<JoinMoments> {
  room = newRoom(options.singlePeerConnection);
  let subscribed_ms = 0;
  room.once(RoomEvent.TrackSubscribed, () => {
    subscribed_ms = performance.now() - begun_ms;
  });
  const shown = new Promise<number>((resolve) => {
    firstFrame = resolve;
  });
  const begun_ms = performance.now();
  await room.connect(options.url, options.joinToken);
  const connected_ms = performance.now() - begun_ms;
  const frame_ms = (await shown) - begun_ms;
  return { connected_ms, subscribed_ms, frame_ms };
}

window.sdk = {
  join,
  joinUntilFrame,
  mark() {
    marked_ms = performance.now();
    frames_ms = [];
    events = [];
  },
  flow() {
    return {
      frames_ms,
      events,
      now_ms: performance.now() - marked_ms,
      state: room.state === ConnectionState.Connected ? "connected" : room.state,
      remotes: room.remoteParticipants.size,
    };
  },
  scenario(name) {
    room.simulateScenario(name).catch((error: unknown) => note(String(error)));
  },
  leave: () => room.disconnect(),
};
