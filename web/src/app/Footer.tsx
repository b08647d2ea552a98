import { LANGUAGE_NAMES, useLanguage, useText } from "../i18n";
import styles from "./Header.module.css";
import { useChooseLanguage } from "./Preferences";

/** What we promise, and the other language in its own words. */
export function Footer() {
  const text = useText();
  const { language } = useLanguage();
  const choose = useChooseLanguage();
  const other = language === "en" ? "fr" : "en";
  return (
    <>
      <span className={styles.promise}>{text("frame.promise")}</span>
      <span className={styles.grow} />
      <button type="button" className={styles.language} lang={other} onClick={() => choose(other)}>
        {LANGUAGE_NAMES[other]}
      </button>
    </>
  );
}
