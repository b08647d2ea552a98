import { RotateCw } from "lucide-react";
import { useEffect } from "react";
import { useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { useOnline } from "../../ui/useOnline";

const ASK_EVERY_MS = 4000;

/** A whole page for when the server could not be asked; it asks again by itself and goes away when answered. */
export function Unreachable({ onTryAgain }: { onTryAgain: () => void }) {
  const text = useText();
  const isOnline = useOnline();
  useEffect(() => {
    const timer = window.setInterval(onTryAgain, ASK_EVERY_MS);
    window.addEventListener("online", onTryAgain);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("online", onTryAgain);
    };
  }, [onTryAgain]);
  const what = isOnline ? "unreachable" : "offline";
  return (
    <Page title={text(`frame.${what}.title`)} width="narrow">
      <PageTitle>{text(`frame.${what}.title`)}</PageTitle>
      <Lead>{text(`frame.${what}.lead`)}</Lead>
      <Acts>
        <Button kind="primary" onPress={onTryAgain}>
          <Icon of={RotateCw} />
          {text("frame.tryAgain")}
        </Button>
      </Acts>
    </Page>
  );
}
