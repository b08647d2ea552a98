import type { ReactNode } from "react";
import { useAccount } from "../../account";
import { useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { LinkButton } from "../../ui/Button";
import { Loading } from "../../ui/Loading";
import { Lead, Page, PageTitle } from "../../ui/Page";

/** What only administrators are shown; the server gives it to nobody else. */
export function AdminOnly({ children }: { children: ReactNode }) {
  const text = useText();
  const { signIn } = useAccount();
  if (signIn.state === "asking") {
    return (
      <Page title={text("house.title")}>
        <Loading>{text("frame.loading")}</Loading>
      </Page>
    );
  }
  if (signIn.state === "signed-in" && signIn.account.role === "admin") return children;
  return (
    <Page title={text("house.forbidden.title")} width="narrow">
      <PageTitle>{text("house.forbidden.title")}</PageTitle>
      <Lead>{text("house.forbidden.lead")}</Lead>
      <Acts>
        <LinkButton to="/" kind="primary">
          {text("frame.home")}
        </LinkButton>
      </Acts>
    </Page>
  );
}
