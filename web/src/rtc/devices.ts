/**
 * Microphones, cameras and speakers before a call: listing, previewing, testing, and saying what went wrong.
 * Nothing here captures until it is asked to, and everything captured has a `stop`.
 */

export type DeviceKind = "microphone" | "camera" | "speaker";

export interface Device {
  readonly id: string;
  /** The browser's name for it; empty until the person has allowed a device of this kind. */
  readonly label: string;
}

export interface DeviceList {
  readonly microphone: readonly Device[];
  readonly camera: readonly Device[];
  readonly speaker: readonly Device[];
}

export const NO_DEVICES: DeviceList = { microphone: [], camera: [], speaker: [] };

const KIND_OF: Readonly<Record<MediaDeviceKind, DeviceKind>> = {
  audioinput: "microphone",
  videoinput: "camera",
  audiooutput: "speaker",
};

/** Sorts the browser's list by kind, without the doubles "default" and "communications" that Chromium adds. */
export function sortDevices(
  found: readonly Pick<MediaDeviceInfo, "deviceId" | "kind" | "label">[],
): DeviceList {
  const list: Record<DeviceKind, Device[]> = { microphone: [], camera: [], speaker: [] };
  for (const { deviceId, kind, label } of found) {
    if (deviceId === "" || deviceId === "default" || deviceId === "communications") continue;
    list[KIND_OF[kind]].push({ id: deviceId, label });
  }
  return list;
}

export async function listDevices(): Promise<DeviceList> {
  if (!canCapture()) return NO_DEVICES;
  return sortDevices(await navigator.mediaDevices.enumerateDevices());
}

/** Calls back when a device is plugged in or taken away; returns how to stop listening. */
export function watchDevices(onChange: () => void): () => void {
  if (!canCapture()) return () => undefined;
  navigator.mediaDevices.addEventListener("devicechange", onChange);
  return () => navigator.mediaDevices.removeEventListener("devicechange", onChange);
}

/** Browsers offer capture to pages served over HTTPS or from this very machine only. */
export function canCapture(): boolean {
  return typeof navigator !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;
}

export type DeviceProblem =
  | "blocked" // the person, now or earlier, told the browser no for this site
  | "dismissed" // the question was closed without an answer
  | "system" // the operating system keeps the browser from the device
  | "missing" // there is no such device
  | "in-use" // another program holds it
  | "insecure" // the page is not served over HTTPS
  | "failed";

export class DeviceError extends Error {
  override readonly name = "DeviceError";

  constructor(
    readonly problem: DeviceProblem,
    readonly kind: DeviceKind,
  ) {
    super(`${kind}: ${problem}`);
  }
}

const PROBLEM_OF_NAME: Readonly<Record<string, DeviceProblem>> = {
  NotAllowedError: "blocked",
  PermissionDeniedError: "blocked",
  SecurityError: "blocked",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "in-use",
  AbortError: "in-use",
};

/** What a refusal of getUserMedia means; browsers tell the kinds of "no" apart only in the message. */
export function deviceProblem(
  name: string,
  message: string,
  permission: PermissionState | null,
): DeviceProblem {
  const problem = PROBLEM_OF_NAME[name] ?? "failed";
  if (problem !== "blocked") return problem;
  if (/system/i.test(message)) return "system";
  if (/dismissed/i.test(message) || permission === "prompt") return "dismissed";
  return "blocked";
}

async function permissionOf(kind: "microphone" | "camera"): Promise<PermissionState | null> {
  try {
    return (await navigator.permissions.query({ name: kind })).state;
  } catch {
    return null; // Firefox before 131 does not know these names.
  }
}

async function capture(
  kind: "microphone" | "camera",
  constraints: MediaTrackConstraints,
): Promise<MediaStream> {
  if (!canCapture()) throw new DeviceError("insecure", kind);
  const wanted = kind === "camera" ? { video: constraints } : { audio: constraints };
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw new DeviceError(deviceProblem(name, message, await permissionOf(kind)), kind);
  }
}

/** Prefers the remembered device and takes any other when it is not plugged in. */
function choose(deviceId: string | null): MediaTrackConstraints {
  return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
}

interface Preview {
  /** The device the browser really opened. */
  readonly deviceId: string | null;
  /** Calls back when the device is taken away while it is previewed. */
  readonly onEnded: (listener: () => void) => void;
  readonly stop: () => void;
}

export interface CameraPreview extends Preview {
  readonly media: MediaStream;
}

export interface MicrophonePreview extends Preview {
  /** How loud it is this instant, 0 (silence) to 1 (as loud as it gets). */
  readonly level: () => number;
  /** False where the browser does not run sound, as on a machine without any speaker: the level is then unknown. */
  readonly canMeasure: () => boolean;
}

function previewOf(media: MediaStream, onStop: () => void = () => undefined): Preview {
  const track = media.getTracks()[0];
  return {
    deviceId: track?.getSettings().deviceId ?? null,
    onEnded: (listener) => track?.addEventListener("ended", listener, { once: true }),
    stop: () => {
      for (const one of media.getTracks()) one.stop();
      onStop();
    },
  };
}

export async function openCamera(deviceId: string | null): Promise<CameraPreview> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const media = await capture("camera", { ...choose(deviceId), ...size });
  return { ...previewOf(media), media };
}

/** From the quietest that is still a voice to the loudest, in decibels below full scale. */
const QUIET_DB = -60;
const LOUD_DB = -12;

/** Loudness of samples in −1…1 as a share of the meter, on the ear's scale (decibels). */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const power = sum / Math.max(1, samples.length);
  if (power === 0) return 0;
  const level_db = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, (level_db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

export async function openMicrophone(deviceId: string | null): Promise<MicrophonePreview> {
  // Made while the press that asked for it is still being handled: some browsers let sound run only then.
  const context = new AudioContext();
  try {
    const media = await capture("microphone", choose(deviceId));
    return { ...previewOf(media, () => void context.close()), ...measure(context, media) };
  } catch (error) {
    void context.close();
    throw error;
  }
}

function measure(context: AudioContext, media: MediaStream): Pick<MicrophonePreview, "level" | "canMeasure"> {
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(media).connect(analyser);
  if (context.state === "suspended") context.resume().catch(() => undefined);
  const samples = new Float32Array(analyser.fftSize);
  const level = () => {
    analyser.getFloatTimeDomainData(samples);
    return loudness(samples);
  };
  return { level, canMeasure: () => context.state === "running" };
}

interface SinkChoice {
  setSinkId?: (id: string) => Promise<void>;
}

/** Whether this browser lets a page choose the speaker; where it does not, the system's choice is used. */
export function canChooseSpeaker(): boolean {
  return typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;
}

/** Three soft notes, rising: when each starts, in seconds, and its pitch in hertz. */
const NOTES = [
  { at_s: 0, pitch_hz: 523.25 },
  { at_s: 0.55, pitch_hz: 659.25 },
  { at_s: 1.1, pitch_hz: 783.99 },
] as const;
export const TEST_SOUND_S = 2;

function playNote(context: AudioContext, output: AudioNode, at_s: number, pitch_hz: number): void {
  const note = context.createOscillator();
  const volume = context.createGain();
  const start_s = context.currentTime + 0.05 + at_s;
  note.frequency.value = pitch_hz;
  volume.gain.setValueAtTime(0, start_s);
  volume.gain.linearRampToValueAtTime(0.25, start_s + 0.04);
  volume.gain.exponentialRampToValueAtTime(0.001, start_s + 0.8);
  note.connect(volume).connect(output);
  note.start(start_s);
  note.stop(start_s + 0.85);
}

/** Plays a two-second sound on the chosen speaker; resolves when it is over. */
export async function playTestSound(speakerId: string | null): Promise<void> {
  const context = new AudioContext();
  const mixed = context.createMediaStreamDestination();
  const element: HTMLAudioElement & SinkChoice = new Audio();
  try {
    element.srcObject = mixed.stream;
    if (speakerId !== null) await element.setSinkId?.(speakerId).catch(() => undefined);
    await element.play();
    for (const { at_s, pitch_hz } of NOTES) playNote(context, mixed, at_s, pitch_hz);
    await new Promise((resolve) => setTimeout(resolve, TEST_SOUND_S * 1000));
  } finally {
    element.pause();
    element.srcObject = null;
    await context.close();
  }
}

export type Browser = "chrome" | "edge" | "firefox" | "safari" | "ios" | "android" | "other";

/** Which browser this is, only to say where its permission switch is; never to take anything away. */
export function whichBrowser(agent: string): Browser {
  if (/iphone|ipad|ipod/i.test(agent)) return "ios";
  if (/firefox\//i.test(agent)) return "firefox";
  if (/android/i.test(agent)) return "android";
  if (/edg\//i.test(agent)) return "edge";
  if (/chrome\/|chromium\//i.test(agent)) return "chrome";
  if (/safari\//i.test(agent)) return "safari";
  return "other";
}
