import type { ReactNode } from "react";
import { useAccount } from "../../account";
import { useText } from "../../i18n";
import { DeadEnd } from "../../ui/DeadEnd";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";

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
  return <DeadEnd title={text("house.forbidden.title")} lead={text("house.forbidden.lead")} />;
}
