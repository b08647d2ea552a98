import { Check, Link2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useText } from "../../i18n";
import { Button, type ButtonKind } from "../../ui/Button";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import styles from "./CopyLink.module.css";

const SHOWN_MS = 2500;

/** Copies the meeting's link; where the browser forbids that, shows it to copy by hand. */
export function CopyLink({ link, kind }: { link: string; kind?: ButtonKind }) {
  const text = useText();
  const [state, setState] = useState<"ready" | "copied" | "by-hand">("ready");

  useEffect(() => {
    if (state !== "copied") return undefined;
    const timer = window.setTimeout(() => setState("ready"), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [state]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(link);
      setState("copied");
    } catch {
      setState("by-hand");
    }
  }

  const isCopied = state === "copied";
  return (
    <>
      <Button kind={kind} onPress={() => void copy()}>
        <Icon of={isCopied ? Check : Link2} />
        {text(isCopied ? "call.link.copied" : "call.link.copy")}
      </Button>
      <Hidden role="status">{isCopied ? text("call.link.copied") : ""}</Hidden>
      {state === "by-hand" && (
        <p className={styles.byHand}>
          {text("call.link.byHand")} <code>{link}</code>
        </p>
      )}
    </>
  );
}
