import { useText } from "../i18n";
import { Acts } from "./Acts";
import { LinkButton } from "./Button";
import { Lead, Page, PageTitle } from "./Page";

/** A page that has nothing to show and says why; it leads home. */
export function DeadEnd({ title, lead }: { title: string; lead: string }) {
  const text = useText();
  return (
    <Page title={title} width="narrow">
      <PageTitle>{title}</PageTitle>
      <Lead>{lead}</Lead>
      <Acts>
        <LinkButton to="/" kind="primary">
          {text("frame.home")}
        </LinkButton>
      </Acts>
    </Page>
  );
}
