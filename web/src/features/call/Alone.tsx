import { useText } from "../../i18n";
import styles from "./Alone.module.css";
import { CopyLink } from "./CopyLink";

/** Nobody else is here: what to do about it. */
export function Alone({ link }: { link: string }) {
  const text = useText();
  return (
    <section className={styles.card} aria-labelledby="call-alone">
      <h2 id="call-alone">{text("call.alone.title")}</h2>
      <p>{text("call.alone.text")}</p>
      <CopyLink link={link} kind="primary" />
    </section>
  );
}
