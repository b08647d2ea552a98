import { useText } from "../../i18n";
import styles from "./Alone.module.css";
import { useRoomParts } from "./CallContext";
import { Invite } from "./Invite";

/** Nobody else is here: what to do about it. */
export function Alone({ link }: { link: string }) {
  const text = useText();
  return (
    <section className={styles.card} aria-labelledby="call-alone">
      <h2 id="call-alone">{text("call.alone.title")}</h2>
      <InviteWords />
      <Invite link={link} kind="primary" />
    </section>
  );
}

function InviteWords() {
  const { may, settings } = useRoomParts("may", "settings");
  const text = useText();
  if (settings.rules.open_link) return <p>{text("call.alone.text")}</p>;
  return <p>{text(may.is_host ? "safety.alone.text" : "safety.alone.other")}</p>;
}
