import { useEffect, useState } from "react";
import { api } from "../../api";
import { useRichText, useText } from "../../i18n";
import { LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { Drawing } from "./Drawing";
import styles from "./Home.module.css";
import { JoinByLink } from "./JoinByLink";

/** Whether the server says that it has no administrator yet. */
function useIsNotSetUp(): boolean {
  const [isNotSetUp, setNotSetUp] = useState(false);
  useEffect(() => {
    api.instance().then(
      (instance) => setNotSetUp(!instance.set_up),
      () => setNotSetUp(false),
    );
  }, []);
  return isNotSetUp;
}

export function SignedOutHome() {
  const text = useText();
  const rich = useRichText();
  const isNotSetUp = useIsNotSetUp();
  return (
    <Page title={text("frame.product")} width="wide" isCentred>
      <div className={styles.out}>
        <div className={styles.words}>
          <PageTitle>{text("home.out.title")}</PageTitle>
          <Lead>{text("home.out.lead")}</Lead>
          <Drawing />
        </div>
        <div className={styles.ways}>
          {isNotSetUp && (
            <Notice kind="attention">
              <p>{rich("home.notSetUp", { b: (parts) => <strong>{parts}</strong> })}</p>
            </Notice>
          )}
          <Card className={styles.way}>
            <h2>{text("home.out.join")}</h2>
            <JoinByLink isMain />
          </Card>
          <Card className={styles.way}>
            <h2>{text("home.out.signIn")}</h2>
            <p>{text("home.out.signIn.lead")}</p>
            <LinkButton to="/sign-in">{text("account.signIn")}</LinkButton>
          </Card>
        </div>
      </div>
    </Page>
  );
}
