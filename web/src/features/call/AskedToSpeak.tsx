import { Mic } from "lucide-react";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { useCall } from "./CallContext";
import styles from "./Notices.module.css";

/** Somebody who runs the room would like to hear this participant; nothing opens by itself. */
export function AskedToSpeak({ by }: { by: string }) {
  const text = useText();
  const call = useCall();
  const answer = (unmute: boolean) => () => call.dispatch({ type: "answer-unmute", unmute });
  return (
    <section className={styles.asked} aria-label={text("safety.asked", { name: by })}>
      <Icon of={Mic} />
      <p className={styles.words}>
        <strong>{text("safety.asked", { name: by })}</strong>{" "}
        <span className={styles.hintText}>{text("safety.asked.lead")}</span>
      </p>
      <Button kind="primary" onPress={answer(true)}>
        {text("safety.asked.unmute")}
      </Button>
      <Button onPress={answer(false)}>{text("safety.asked.notNow")}</Button>
    </section>
  );
}
