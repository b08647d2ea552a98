import { useCallback, useEffect, useState } from "react";
import { api, type AdministeredAccount, type AdministeredAccounts } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Card } from "../../ui/Card";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageHead, PageTitle } from "../../ui/Page";
import { TextField } from "../../ui/TextField";
import { AccountRow } from "./AccountRow";
import styles from "./Accounts.module.css";
import { AdminOnly } from "./AdminOnly";
import { FreshLink } from "./FreshLink";
import house from "./House.module.css";
import { InviteAccount } from "./InviteAccount";

/** Everybody who can start meetings here: found, invited, changed, disabled, erased. */
export function AccountsPage() {
  return (
    <AdminOnly>
      <Accounts />
    </AdminOnly>
  );
}

/** After the last key: what is typed on is not asked for. */
const SEARCH_AFTER_MS = 250;

function useAccounts(search: string) {
  const [found, setFound] = useState<AdministeredAccounts | null>(null);
  const [error, setError] = useState<unknown>(null);
  const load = useCallback(
    () =>
      api.accounts(search.trim()).then((answer) => {
        setError(null);
        setFound(answer);
      }, setError),
    [search],
  );
  useEffect(() => {
    const timer = window.setTimeout(() => void load(), search === "" ? 0 : SEARCH_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [load, search]);
  return { found, error, load };
}

function Accounts() {
  const text = useText();
  const errorText = useErrorText();
  const [search, setSearch] = useState("");
  const [fresh, setFresh] = useState<AdministeredAccount | null>(null);
  const [said, setSaid] = useState("");
  const { found, error, load } = useAccounts(search);
  const sendsMail = found?.sends_mail ?? false;

  function onLink(made: AdministeredAccount) {
    setSaid("");
    setFresh(made);
    void load();
  }

  function onChanged(words: string) {
    setSaid(words);
    setFresh(null);
    void load();
  }

  return (
    <Page title={text("accounts.title")} className={styles.page}>
      <PageHead>
        <PageTitle>{text("accounts.title")}</PageTitle>
        <Lead>{text("accounts.lead")}</Lead>
      </PageHead>
      <InviteAccount sendsMail={sendsMail} onMade={onLink} />
      {fresh !== null && <FreshLink key={fresh.link} account={fresh} onDone={() => setFresh(null)} />}
      <Card className={house.section}>
        <h2>{text("accounts.list")}</h2>
        <TextField
          label={text("accounts.search")}
          type="search"
          value={search}
          onChange={setSearch}
          autoComplete="off"
        />
        {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
        <p role="status" className={house.saved}>
          {said}
        </p>
        {found === null && error === null && <Loading>{text("frame.loading")}</Loading>}
        {found !== null && <p className={house.small}>{text("accounts.count", { count: found.total })}</p>}
        <ul className={styles.list} aria-label={text("accounts.list")}>
          {found?.accounts.map((one) => (
            <AccountRow key={one.id} one={one} sendsMail={sendsMail} onLink={onLink} onChanged={onChanged} />
          ))}
        </ul>
        {found !== null && found.total > found.accounts.length && (
          <p className={house.small}>{text("accounts.more", { count: found.accounts.length })}</p>
        )}
      </Card>
    </Page>
  );
}
