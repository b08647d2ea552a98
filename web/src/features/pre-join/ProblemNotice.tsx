import { RotateCw } from "lucide-react";
import { useText, type MessageId } from "../../i18n";
import { whichBrowser, type DeviceProblem } from "../../rtc/devices";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";

function mending(problem: DeviceProblem): MessageId {
  if (problem === "blocked") return `preJoin.mend.blocked.${whichBrowser(navigator.userAgent)}`;
  return `preJoin.mend.${problem}`;
}

export interface ProblemNoticeProps {
  kind: "microphone" | "camera";
  problem: DeviceProblem;
  onTryAgain: () => void;
}

/** Why a device did not start, how to mend that in this browser, and that the call works without it. */
export function ProblemNotice({ kind, problem, onTryAgain }: ProblemNoticeProps) {
  const text = useText();
  return (
    <Notice kind="attention">
      <div role="alert">
        <p>
          <strong>{text(`preJoin.${kind}.${problem}`)}</strong>
        </p>
        <p>
          {text(mending(problem))} {text("preJoin.withoutIt")}
        </p>
      </div>
      <Button onPress={onTryAgain}>
        <Icon of={RotateCw} />
        {text("frame.tryAgain")}
      </Button>
    </Notice>
  );
}
