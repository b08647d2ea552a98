import { Component, type ReactNode } from "react";
import { useText } from "../i18n";
import { Acts } from "../ui/Acts";
import { Button } from "../ui/Button";
import { Lead, Page, PageTitle } from "../ui/Page";

function Crash() {
  const text = useText();
  return (
    <Page title={text("frame.crash.title")} width="narrow">
      <PageTitle>{text("frame.crash.title")}</PageTitle>
      <Lead>{text("frame.crash.lead")}</Lead>
      <Acts>
        <Button kind="primary" onPress={() => window.location.reload()}>
          {text("frame.crash.reload")}
        </Button>
      </Acts>
    </Page>
  );
}

/** A fault of ours (or a piece of the client that could not be fetched) becomes a page with a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? <Crash /> : this.props.children;
  }
}
