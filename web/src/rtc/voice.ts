/** Hears whether somebody talks into a microphone that is muted for everybody else. */
import { loudness } from "./devices";

const LOOK_EVERY_MS = 150;
/** About normal speech at arm's length, on the meter's scale. */
const VOICE_LEVEL = 0.45;
/** A cough is over sooner. */
const LOOKS_UNTIL_VOICE = 3;

/** Listens to a copy of the microphone's track; nothing of it leaves the page. Returns how to stop. */
function watchVoice(microphone: MediaStreamTrack, onVoice: () => void): () => void {
  const copy = microphone.clone();
  copy.enabled = true;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([copy])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loud = 0;
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    loud = loudness(samples) > VOICE_LEVEL ? loud + 1 : 0;
    if (loud >= LOOKS_UNTIL_VOICE) onVoice();
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    copy.stop();
    void context.close();
  };
}

export interface VoiceWatcher {
  /** Listens to this microphone from now on, or to none. */
  readonly follow: (microphone: MediaStreamTrack | null) => void;
  readonly stop: () => void;
}

export function voiceWatcher(onVoice: () => void): VoiceWatcher {
  let followed: MediaStreamTrack | null = null;
  let unwatch: (() => void) | null = null;
  const follow = (microphone: MediaStreamTrack | null) => {
    if (microphone === followed) return;
    unwatch?.();
    followed = microphone;
    unwatch = microphone === null ? null : watchVoice(microphone, onVoice);
  };
  return { follow, stop: () => follow(null) };
}
