import { Check, Copy } from "lucide-react";
import { useEffect, useRef } from "react";
import type { AdministeredAccount } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { useCopied } from "../../ui/useCopied";
import styles from "./Accounts.module.css";
import house from "./House.module.css";

/** A link to choose a password, shown once. */
export function FreshLink({ account, onDone }: { account: AdministeredAccount; onDone: () => void }) {
  const text = useText();
  const [copied, copy] = useCopied();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const link = account.link ?? "";
  return (
    <section className={styles.fresh} aria-labelledby="fresh-account">
      <h3 id="fresh-account" ref={heading} tabIndex={-1}>
        {text("accounts.link.title", { name: account.name })}
      </h3>
      <p>{text("accounts.link.lead")}</p>
      <code className={styles.link}>{link}</code>
      <div className={house.acts}>
        <Button kind="primary" onPress={() => copy(link)}>
          <Icon of={copied === "copied" ? Check : Copy} />
          {text(copied === "copied" ? "accounts.link.copied" : "accounts.link.copy")}
        </Button>
        <Button kind="quiet" onPress={onDone}>
          {text("accounts.link.done")}
        </Button>
      </div>
      <Hidden role="status">{copied === "copied" ? text("accounts.link.copied") : ""}</Hidden>
      {copied === "by-hand" && <p role="alert">{text("accounts.link.byHand")}</p>}
    </section>
  );
}
