import { useState } from "react";
import { useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api, type Account } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { DeadEnd } from "../../ui/DeadEnd";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageHead, PageTitle } from "../../ui/Page";
import { useRequest } from "../../ui/useRequest";
import { Browsers } from "./Browsers";
import styles from "./OwnAccount.module.css";
import { PasswordCard } from "./PasswordCard";

/** The own account: its password, where it is signed in, its end. */
export function OwnAccountPage() {
  const text = useText();
  const { signIn } = useAccount();
  if (signIn.state === "asking") {
    return (
      <Page title={text("account.title")}>
        <Loading>{text("frame.loading")}</Loading>
      </Page>
    );
  }
  if (signIn.state === "signed-in") return <OwnAccount account={signIn.account} />;
  return <DeadEnd title={text("account.signedOut.title")} lead={text("account.signedOut.lead")} />;
}

function OwnAccount({ account }: { account: Account }) {
  const text = useText();
  return (
    <Page title={text("account.title")} className={styles.page}>
      <PageHead>
        <PageTitle>{text("account.title")}</PageTitle>
        <Lead>{text("account.lead", { name: account.name, email: account.email })}</Lead>
      </PageHead>
      <PasswordCard email={account.email} />
      <Browsers />
      <EraseCard />
    </Page>
  );
}

function EraseCard() {
  const text = useText();
  const [isAsking, setAsking] = useState(false);
  return (
    <Card className={styles.section}>
      <h2>{text("account.erase")}</h2>
      <p className={styles.lead}>{text("account.erase.lead")}</p>
      <div>
        <Button kind="danger" onPress={() => setAsking(true)}>
          {text("account.erase.act")}
        </Button>
      </div>
      {isAsking && <EraseDialog onClose={() => setAsking(false)} />}
    </Card>
  );
}

function EraseDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const { settle } = useAccount();
  const { ask, isBusy, error } = useRequest();

  function erase() {
    ask(api.eraseMe(), () => {
      settle(null);
      void navigate("/");
    });
  }

  return (
    <Dialog title={text("account.erase.title")} isOpen onClose={onClose} isAlert>
      <p>{text("account.erase.lead")}</p>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      <DialogActs>
        <Button onPress={onClose} autoFocus>
          {text("frame.cancel")}
        </Button>
        <Button kind="danger" onPress={erase} isPending={isBusy}>
          {text("account.erase.act")}
        </Button>
      </DialogActs>
    </Dialog>
  );
}
