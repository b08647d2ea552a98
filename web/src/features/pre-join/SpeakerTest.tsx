import { Volume2 } from "lucide-react";
import { useState } from "react";
import { useText } from "../../i18n";
import { playTestSound } from "../../rtc/devices";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import styles from "./DevicePanel.module.css";

type Stage = "ready" | "playing" | "asking" | "good" | "advice" | "failed";

/** A two-second sound and the question whether it was heard; no browser can answer that for us. */
export function SpeakerTest({ speaker }: { speaker: string | null }) {
  const text = useText();
  const [stage, setStage] = useState<Stage>("ready");

  function play() {
    setStage("playing");
    playTestSound(speaker).then(
      () => setStage("asking"),
      () => setStage("failed"),
    );
  }

  return (
    <div className={styles.test}>
      <Button onPress={play} isPending={stage === "playing"}>
        <Icon of={Volume2} />
        {text(stage === "playing" ? "preJoin.speaker.playing" : "preJoin.speaker.play")}
      </Button>
      <div className={styles.answer} role="status">
        {stage === "asking" && (
          <>
            <span>{text("preJoin.speaker.ask")}</span>
            <Button onPress={() => setStage("good")}>{text("preJoin.speaker.yes")}</Button>
            <Button onPress={() => setStage("advice")}>{text("preJoin.speaker.no")}</Button>
          </>
        )}
        {(stage === "good" || stage === "advice" || stage === "failed") && (
          <span>{text(`preJoin.speaker.${stage}`)}</span>
        )}
      </div>
    </div>
  );
}
