import { MicOff } from "lucide-react";
import { useEffect, useRef } from "react";
import { useText, type MessageId } from "../../i18n";
import type { CameraPreview, MicrophonePreview } from "../../rtc/devices";
import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/Icon";
import { LevelMeter } from "./LevelMeter";
import styles from "./Preview.module.css";
import type { PreviewState } from "./usePreview";

function LiveVideo({ media }: { media: MediaStream }) {
  const text = useText();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = media;
  }, [media]);
  return (
    <video
      ref={video}
      className={styles.video}
      aria-label={text("preJoin.preview")}
      autoPlay
      playsInline
      muted
      disablePictureInPicture
    />
  );
}

/** What is off, and what may be said of it: nothing more while the microphone is heard. */
function offWords(
  camera: PreviewState<unknown>,
  microphone: PreviewState<unknown>,
): [title: MessageId, more: MessageId | null] {
  if (camera.state === "starting") return ["preJoin.cameraStarting", "preJoin.askingBrowser"];
  if (microphone.state === "live") return ["preJoin.cameraOff", null];
  return ["preJoin.bothOff", "preJoin.nothingCaptured"];
}

export interface PreviewProps {
  name: string;
  camera: PreviewState<CameraPreview>;
  microphone: PreviewState<MicrophonePreview>;
  onVoice: () => void;
}

/** What the others would see and hear: the picture and the level, or words that say neither is on. */
export function Preview({ name, camera, microphone, onVoice }: PreviewProps) {
  const text = useText();
  const [title, more] = offWords(camera, microphone);
  return (
    <div className={styles.tile}>
      {camera.state === "live" ? (
        <LiveVideo media={camera.live.media} />
      ) : (
        <div className={styles.words}>
          <Avatar name={name} size="tile" />
          <span role="status">{text(title)}</span>
          {more !== null && <span className={styles.more}>{text(more)}</span>}
        </div>
      )}
      <div className={styles.corner}>
        {microphone.state === "live" && <LevelMeter level={microphone.live.level} onVoice={onVoice} />}
        {microphone.state !== "live" && camera.state === "live" && (
          <span className={styles.pill}>
            <Icon of={MicOff} size={18} />
            {text("preJoin.microphoneOff")}
          </span>
        )}
      </div>
    </div>
  );
}
