import { Check, Link2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { Meeting } from "../../api";
import { useText } from "../../i18n";
import { Button } from "../../ui/Button";
import { Dialog, DialogActs } from "../../ui/Dialog";
import { Hidden } from "../../ui/Hidden";
import { Icon } from "../../ui/Icon";
import { TextField } from "../../ui/TextField";

const SHOWN_MS = 2500;

/** Copies the words to send; where the browser forbids that, shows the link to copy by hand. */
export function CopyInvitation({ meeting, title }: { meeting: Meeting; title: string }) {
  const text = useText();
  const [state, setState] = useState<"ready" | "copied" | "by-hand">("ready");

  useEffect(() => {
    if (state !== "copied") return undefined;
    const timer = window.setTimeout(() => setState("ready"), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [state]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text("home.invitation", { title, link: meeting.link }));
      setState("copied");
    } catch {
      setState("by-hand");
    }
  }

  const isCopied = state === "copied";
  return (
    <>
      <Button onPress={() => void copy()} aria-label={text("home.copy.named", { title })}>
        <Icon of={isCopied ? Check : Link2} />
        {text(isCopied ? "home.copied" : "home.copy")}
      </Button>
      <Hidden role="status">{isCopied ? text("home.copied") : ""}</Hidden>
      <Dialog title={text("home.copy.byHand")} isOpen={state === "by-hand"} onClose={() => setState("ready")}>
        <p>{text("home.copy.byHand.lead")}</p>
        <TextField label={text("home.copy.link")} value={meeting.link} isReadOnly />
        <DialogActs>
          <Button kind="primary" onPress={() => setState("ready")}>
            {text("home.close")}
          </Button>
        </DialogActs>
      </Dialog>
    </>
  );
}
