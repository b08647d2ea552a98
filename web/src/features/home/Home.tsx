import type { ReactNode } from "react";
import { useAccount } from "../../account";
import { useText } from "../../i18n";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { SignedInHome } from "./SignedInHome";
import { SignedOutHome } from "./SignedOutHome";

export interface HomeProps {
  /** What to show when the server could not be asked who is signed in. */
  unreachable: ReactNode;
}

export function Home({ unreachable }: HomeProps) {
  const text = useText();
  const { signIn } = useAccount();
  switch (signIn.state) {
    case "signed-in":
      return <SignedInHome account={signIn.account} />;
    case "signed-out":
      return <SignedOutHome />;
    case "failed":
      return unreachable;
    case "asking":
      return (
        <Page title={text("frame.product")}>
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}
