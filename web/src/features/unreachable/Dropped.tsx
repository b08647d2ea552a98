import { useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button } from "../../ui/Button";
import { Lead, Page, PageTitle } from "../../ui/Page";

export interface DroppedProps {
  /** Whether whoever reads this can mend it. */
  isAdministrator: boolean;
  onLeave: () => void;
}

/** A whole page for when the server answers and the live connection does not get through; it is tried on meanwhile. */
export function Dropped({ isAdministrator, onLeave }: DroppedProps) {
  const text = useText();
  return (
    <Page title={text("frame.dropped.title")} width="narrow">
      <PageTitle>{text("frame.dropped.title")}</PageTitle>
      <Lead role="alert">{text("frame.dropped.lead")}</Lead>
      <p>{text(isAdministrator ? "frame.dropped.administrator" : "frame.dropped.everybody")}</p>
      <Acts>
        <Button onPress={onLeave}>{text("frame.dropped.back")}</Button>
      </Acts>
    </Page>
  );
}
