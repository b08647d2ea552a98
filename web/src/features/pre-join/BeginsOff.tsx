import { MicOff, VideoOff } from "lucide-react";
import type { Beginnings } from "../../api/types";
import { useText } from "../../i18n";
import { Notice } from "../../ui/Notice";
import { isOnlyTried, wordsAbout, type Device } from "./beginnings";
import styles from "./PreJoin.module.css";

export interface BeginsOffProps {
  id: string;
  begins: Beginnings;
  isOn: Readonly<Record<Device, boolean>>;
}

/** Devices that will be off in the room whatever is chosen here, and why; said again as soon as one is turned on. */
export function BeginsOff({ id, begins, isOn }: BeginsOffProps) {
  const text = useText();
  const words = wordsAbout(begins);
  const said = words.map((one) => text(one)).join(" ");
  return (
    <div id={id} role="status">
      {words.length > 0 && (
        <Notice
          kind="quiet"
          icon={begins.microphone === "as-chosen" ? VideoOff : MicOff}
          className={styles.truth}
        >
          <p>
            {isOnlyTried(begins, isOn) && <strong>{text("preJoin.begins.tried")} </strong>}
            {said}
          </p>
        </Notice>
      )}
    </div>
  );
}
