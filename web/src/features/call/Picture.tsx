import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import type { PictureKey } from "../../room/facts";
import { classes } from "../../ui/classes";
import { useCall } from "./CallContext";
import styles from "./Picture.module.css";

export interface PictureProps {
  picture: PictureKey;
  /** One's own camera is shown as in a mirror. */
  isMirrored?: boolean;
  /** A shared screen is shown whole; a face may lose a fifth at its edges. */
  isWhole?: boolean;
}

/** A moving picture; invisible until its first frame is there, so that no black box flashes up. */
export function Picture({ picture, isMirrored, isWhole }: PictureProps) {
  const call = useCall();
  const element = useRef<HTMLVideoElement>(null);
  const [isMoving, setMoving] = useState(false);
  const [isUpright, setUpright] = useState(false);
  const look = ({ currentTarget: video }: SyntheticEvent<HTMLVideoElement>) =>
    setUpright(video.videoHeight > video.videoWidth);

  useEffect(() => {
    const video = element.current;
    return video === null ? undefined : call.attach(picture, video);
  }, [call, picture]);

  return (
    <video
      ref={element}
      className={classes(
        styles.picture,
        isMirrored && styles.mirrored,
        // Of a phone held upright a wide tile would show a nose.
        (isWhole === true || isUpright) && styles.whole,
        isMoving && styles.moving,
      )}
      autoPlay
      playsInline
      muted
      aria-hidden
      onLoadedMetadata={look}
      onResize={look}
      onLoadedData={() => setMoving(true)}
      onEmptied={() => setMoving(false)}
    />
  );
}
