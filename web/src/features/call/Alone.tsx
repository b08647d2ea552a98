import type { RoomView } from "../../room/view";
import { useText } from "../../i18n";
import styles from "./Alone.module.css";
import { Invite } from "./Invite";

/** Nobody else is here: what to do about it. */
export function Alone({ view, link }: { view: RoomView; link: string }) {
  const text = useText();
  return (
    <section className={styles.card} aria-labelledby="call-alone">
      <h2 id="call-alone">{text("call.alone.title")}</h2>
      <InviteWords view={view} />
      <Invite view={view} link={link} kind="primary" />
    </section>
  );
}

function InviteWords({ view: { may, settings } }: { view: RoomView }) {
  const text = useText();
  if (settings.rules.open_link) return <p>{text("call.alone.text")}</p>;
  return <p>{text(may.is_host ? "safety.alone.text" : "safety.alone.other")}</p>;
}
