/**
 * Runs inside the page before its own code: notes every RTCPeerConnection the page makes, so that a test can
 * read WebRTC's own statistics, and finds the tiles a person sees. The page cannot tell that it is there.
 */

export interface InboundMedia {
  readonly kind: "audio" | "video";
  /** Id of the receiver's MediaStreamTrack, the one an element plays. */
  readonly trackId: string;
  readonly framesDecoded: number;
  /** Sum of squared loudness over time (W3C totalAudioEnergy): grows only while something is heard. */
  readonly audioEnergy: number;
  readonly packetsReceived: number;
}

export interface TilePicture {
  /** Frames decoded for the track this tile plays. */
  readonly framesDecoded: number;
  readonly width: number;
  readonly height: number;
  /** Sum over a small copy of the picture: two moving pictures differ. */
  readonly fingerprint: number;
}

export interface Look {
  /** On the page's clock. */
  readonly at_ms: number;
  readonly tiles: readonly (TilePicture | null)[];
  readonly sound: readonly InboundMedia[];
}

export interface Probe {
  /** What arrives on all open peer connections. */
  inbound(): Promise<InboundMedia[]>;
  /** Sum of audioEnergy over all remote tracks, over the page's whole life (closed connections too). */
  audioEnergy(): Promise<number>;
  /** The picture in the tile (figure or group) whose accessible name fits this pattern; null without one. */
  tile(pattern: string): Promise<TilePicture | null>;
  /** Looks at those tiles, and at all sound, again and again for that long. Tiles without a picture are null. */
  watch(patterns: readonly string[], for_ms: number): Promise<Look[]>;
  /** Everything that tile says, in text and in labels; null without such a tile. */
  tileSays(pattern: string): string | null;
  /** "udp" or "tcp" of each open connection's chosen candidate pair. */
  transports(): Promise<string[]>;
  /** Milliseconds of the page's clock at which the tile of that name first showed a frame; null until then. */
  firstFrameAt(pattern: string): Promise<number | null>;
  /** Milliseconds of the page's clock at which something was last pressed. */
  lastClickAt(): number;
  /** When this document was loaded; another value means that it was loaded again. */
  loadedAt(): number;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

const connections: RTCPeerConnection[] = [];
const lastEnergy = new Map<string, number>();
const NativeConnection = window.RTCPeerConnection;

class NotedConnection extends NativeConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    connections.push(this);
  }
}
window.RTCPeerConnection = NotedConnection;

interface InboundRtp {
  readonly type: string;
  readonly kind?: string;
  readonly trackIdentifier?: string;
  readonly framesDecoded?: number;
  readonly totalAudioEnergy?: number;
  readonly packetsReceived?: number;
}

function openConnections(): RTCPeerConnection[] {
  return connections.filter((connection) => connection.connectionState !== "closed");
}

async function inbound(): Promise<InboundMedia[]> {
  const found: InboundMedia[] = [];
  for (const connection of openConnections()) {
    const report = await connection.getStats();
    report.forEach((entry: InboundRtp) => {
      if (entry.type !== "inbound-rtp" || (entry.kind !== "audio" && entry.kind !== "video")) return;
      found.push({
        kind: entry.kind,
        trackId: entry.trackIdentifier ?? "",
        framesDecoded: entry.framesDecoded ?? 0,
        audioEnergy: entry.totalAudioEnergy ?? 0,
        packetsReceived: entry.packetsReceived ?? 0,
      });
    });
  }
  return found;
}

async function audioEnergy(): Promise<number> {
  for (const media of await inbound()) {
    if (media.kind === "audio") lastEnergy.set(media.trackId, media.audioEnergy);
  }
  return [...lastEnergy.values()].reduce((sum, energy) => sum + energy, 0);
}

function tilesNamed(pattern: string): HTMLElement[] {
  const wanted = new RegExp(pattern, "u");
  const tiles = [...document.querySelectorAll<HTMLElement>("figure, [role=group]")];
  return tiles.filter((tile) => wanted.test(accessibleName(tile)));
}

function tileVideo(pattern: string): HTMLVideoElement | null {
  for (const tile of tilesNamed(pattern)) {
    const video = tile.querySelector("video");
    if (video) return video;
  }
  return null;
}

function tileSays(pattern: string): string | null {
  const [tile] = tilesNamed(pattern);
  if (tile === undefined) return null;
  const parts = [tile, ...tile.querySelectorAll<HTMLElement>("[aria-label], [title], [alt]")];
  const labels = parts.flatMap((part) =>
    ["aria-label", "title", "alt"].map((name) => part.getAttribute(name)),
  );
  return [tile.textContent, ...labels].filter(Boolean).join(" | ");
}

function accessibleName(tile: HTMLElement): string {
  const labelledBy = tile.getAttribute("aria-labelledby");
  if (labelledBy !== null) {
    return labelledBy
      .split(/\s+/)
      .map((id) => document.getElementById(id)?.textContent ?? "")
      .join(" ");
  }
  return tile.getAttribute("aria-label") ?? tile.querySelector("figcaption")?.textContent ?? "";
}

async function tile(pattern: string): Promise<TilePicture | null> {
  return picture(pattern, await inbound());
}

function picture(pattern: string, media: readonly InboundMedia[]): TilePicture | null {
  const video = tileVideo(pattern);
  if (!(video?.srcObject instanceof MediaStream)) return null;
  const trackIds = video.srcObject.getVideoTracks().map((track) => track.id);
  const found = media.find((entry) => trackIds.includes(entry.trackId));
  if (found === undefined || video.videoWidth === 0) return null;
  return {
    framesDecoded: found.framesDecoded,
    width: video.videoWidth,
    height: video.videoHeight,
    fingerprint: fingerprint(video),
  };
}

const LOOK_EVERY_MS = 200;

async function watch(patterns: readonly string[], for_ms: number): Promise<Look[]> {
  const looks: Look[] = [];
  const begun_ms = performance.now();
  while (performance.now() - begun_ms < for_ms) {
    const media = await inbound();
    const tiles = patterns.map((pattern) => picture(pattern, media));
    looks.push({ at_ms: performance.now(), tiles, sound: media.filter((one) => one.kind === "audio") });
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return looks;
}

function fingerprint(video: HTMLVideoElement): number {
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 32;
  const context = canvas.getContext("2d");
  if (context === null) return 0;
  context.drawImage(video, 0, 0, 32, 32);
  const { data } = context.getImageData(0, 0, 32, 32);
  return data.reduce((sum, value, index) => (sum * 31 + value * (index + 1)) % 1_000_000_007, 7);
}

interface PairStats {
  readonly type: string;
  readonly id: string;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly protocol?: string;
}

async function transports(): Promise<string[]> {
  const protocols: string[] = [];
  for (const connection of openConnections()) {
    const entries: PairStats[] = [];
    (await connection.getStats()).forEach((entry: PairStats) => entries.push(entry));
    const chosen = entries.find((entry) => entry.type === "transport")?.selectedCandidatePairId;
    const pair = entries.find((entry) =>
      chosen === undefined
        ? entry.type === "candidate-pair" && entry.nominated === true && entry.state === "succeeded"
        : entry.id === chosen,
    );
    const local = entries.find((entry) => entry.id === pair?.localCandidateId);
    if (local?.protocol !== undefined) protocols.push(local.protocol);
  }
  return protocols;
}

/** Moments at which a video element first presented a frame, by element. */
const firstFrames = new WeakMap<HTMLVideoElement, number>();
new MutationObserver(watchNewVideos).observe(document, { childList: true, subtree: true });

function watchNewVideos(): void {
  for (const video of document.querySelectorAll("video")) {
    if (firstFrames.has(video)) continue;
    firstFrames.set(video, Number.POSITIVE_INFINITY);
    video.requestVideoFrameCallback((now_ms) => firstFrames.set(video, now_ms));
  }
}

let lastClick_ms = 0;
document.addEventListener("click", () => (lastClick_ms = performance.now()), { capture: true });

function firstFrameAt(pattern: string): Promise<number | null> {
  const video = tileVideo(pattern);
  const at_ms = video === null ? undefined : firstFrames.get(video);
  return Promise.resolve(at_ms === undefined || !Number.isFinite(at_ms) ? null : at_ms);
}

window.probe = {
  inbound,
  watch,
  audioEnergy,
  tile,
  tileSays,
  transports,
  firstFrameAt,
  lastClickAt: () => lastClick_ms,
  loadedAt: () => performance.timeOrigin,
};
