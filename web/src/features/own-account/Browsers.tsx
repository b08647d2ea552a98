import { useCallback, useEffect, useState } from "react";
import { useIntl } from "react-intl";
import { useNavigate } from "react-router";
import { useAccount } from "../../account";
import { api, type SignedInBrowser } from "../../api";
import { useErrorText, useText, type Text } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import styles from "./OwnAccount.module.css";

/** Names, which are the same in every language. */
const NAMES: Readonly<Record<string, string>> = {
  edge: "Edge",
  opera: "Opera",
  samsung: "Samsung Internet",
  firefox: "Firefox",
  chrome: "Chrome",
  safari: "Safari",
  iphone: "iPhone",
  ipad: "iPad",
  android: "Android",
  chromeos: "ChromeOS",
  windows: "Windows",
  mac: "Mac",
  linux: "Linux",
};

function deviceOf({ browser, system }: SignedInBrowser, text: Text): string {
  const named = [NAMES[browser], NAMES[system]];
  const [first, second] = named.filter((name) => name !== undefined);
  if (first === undefined) return text("account.browsers.unknown");
  return second === undefined ? first : text("account.browsers.device", { browser: first, system: second });
}

function useBrowsers() {
  const [browsers, setBrowsers] = useState<readonly SignedInBrowser[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [ended, setEnded] = useState<SignedInBrowser | null>(null);
  const load = useCallback(() => api.signIns().then(setBrowsers, setError), []);
  useEffect(() => void load(), [load]);
  function end(one: SignedInBrowser) {
    setError(null);
    api.endSignIn(one.id).then(() => {
      setEnded(one);
      void load();
    }, setError);
  }
  return { browsers, error, ended, end, setError };
}

/** Where the account is signed in, and an end for each. */
export function Browsers() {
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const { settle } = useAccount();
  const { browsers, error, ended, end, setError } = useBrowsers();

  function leave() {
    settle(null);
    void navigate("/");
  }

  return (
    <Card className={styles.section}>
      <h2>{text("account.browsers")}</h2>
      <p className={styles.lead}>{text("account.browsers.lead")}</p>
      {error !== null && <Notice kind="trouble">{errorText(error)}</Notice>}
      {browsers === null && error === null && <Loading>{text("frame.loading")}</Loading>}
      <ul className={styles.list} aria-label={text("account.browsers")}>
        {browsers?.map((one) => (
          <Browser key={one.id} one={one} onEnd={() => end(one)} />
        ))}
      </ul>
      <p role="status" className={styles.saved}>
        {ended === null ? "" : text("account.browsers.ended", { device: deviceOf(ended, text) })}
      </p>
      <div>
        <Button onPress={() => void api.signOutEverywhere().then(leave, setError)}>
          {text("account.browsers.everywhere")}
        </Button>
      </div>
    </Card>
  );
}

function Browser({ one, onEnd }: { one: SignedInBrowser; onEnd: () => void }) {
  const text = useText();
  const intl = useIntl();
  const device = deviceOf(one, text);
  const moment = (at: string) => intl.formatDate(at, { dateStyle: "long", timeStyle: "short" });
  return (
    <li className={styles.browser}>
      <div className={styles.words}>
        <div className={styles.name}>
          {device}
          {one.is_this && <Badge kind="good">{text("account.browsers.this")}</Badge>}
        </div>
        <div className={styles.small}>{text("account.browsers.used", { at: moment(one.last_used_at) })}</div>
        <div className={styles.small}>
          {text("account.browsers.since", { at: moment(one.created_at), network: one.network })}
        </div>
      </div>
      {!one.is_this && (
        <Button onPress={onEnd} aria-label={text("account.browsers.end.of", { device })}>
          {text("account.browsers.end")}
        </Button>
      )}
    </li>
  );
}
