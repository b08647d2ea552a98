import { useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { LinkButton } from "../../ui/Button";
import { Lead, Page, PageTitle } from "../../ui/Page";

export function NotFound() {
  const text = useText();
  return (
    <Page title={text("notFound.title")} width="narrow">
      <PageTitle>{text("notFound.title")}</PageTitle>
      <Lead>{text("notFound.lead")}</Lead>
      <Acts>
        <LinkButton to="/" kind="primary">
          {text("frame.home")}
        </LinkButton>
      </Acts>
    </Page>
  );
}
