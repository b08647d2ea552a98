import { useEffect, useState } from "react";
import { api, isApiError } from "../../api";
import { useErrorText, useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { SetupForm } from "./SetupForm";

export type SetupState =
  | { readonly state: "checking" }
  | { readonly state: "open" }
  | { readonly state: "expired" }
  | { readonly state: "done" }
  | { readonly state: "failed"; readonly error: unknown };

/** What a refusal of the set-up link means for this page. */
export function setupRefusal(error: unknown): SetupState {
  if (isApiError(error, "already-set-up")) return { state: "done" };
  if (isApiError(error, "link-expired", "not-found")) return { state: "expired" };
  return { state: "failed", error };
}

async function check(secret: string): Promise<SetupState> {
  try {
    await api.checkSetup(secret);
    return { state: "open" };
  } catch (error) {
    const refusal = setupRefusal(error);
    if (refusal.state !== "expired") return refusal;
    const isDone = await api.instance().then(
      (instance) => instance.set_up,
      () => false,
    );
    return isDone ? { state: "done" } : refusal;
  }
}

function useSetupLink(secret: string): [SetupState, (next: SetupState) => void] {
  const [setup, setSetup] = useState<SetupState>({ state: "checking" });
  useEffect(() => {
    if (setup.state !== "checking") return undefined;
    let isCurrent = true;
    void check(secret).then((next) => {
      if (isCurrent) setSetup(next);
    });
    return () => {
      isCurrent = false;
    };
  }, [secret, setup.state]);
  return [setup, setSetup];
}

function Told({ what }: { what: "expired" | "done" }) {
  const text = useText();
  const isDone = what === "done";
  return (
    <>
      <PageTitle>{text(`setup.${what}.title`)}</PageTitle>
      <Lead>{text(`setup.${what}.lead`)}</Lead>
      <Acts>
        <LinkButton to={isDone ? "/sign-in" : "/"} kind="primary">
          {text(isDone ? "signIn.act" : "frame.home")}
        </LinkButton>
      </Acts>
    </>
  );
}

/** The first start of a server: whoever holds the printed link becomes its administrator. */
export function SetupPage({ secret }: { secret: string }) {
  const text = useText();
  const errorText = useErrorText();
  const [setup, setSetup] = useSetupLink(secret);
  return (
    <Page title={text("setup.title")} width="narrow">
      {setup.state === "checking" && <Loading>{text("setup.checking")}</Loading>}
      {setup.state === "open" && (
        <SetupForm secret={secret} onRefused={(error) => setSetup(setupRefusal(error))} />
      )}
      {(setup.state === "expired" || setup.state === "done") && <Told what={setup.state} />}
      {setup.state === "failed" && (
        <>
          <PageTitle>{text("setup.title")}</PageTitle>
          <Notice kind="trouble">
            <p>{errorText(setup.error)}</p>
            <Button onPress={() => setSetup({ state: "checking" })}>{text("frame.tryAgain")}</Button>
          </Notice>
        </>
      )}
    </Page>
  );
}
