import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import type { IntlShape } from "react-intl";
import { AccountProvider, useAccount } from "../account";
import { AccountsPage, AuditPage, CasePage, CasesPage, OrganizationPage } from "../features/house";
import { Home } from "../features/home";
import { MeetingPage } from "../features/meeting";
import { NotFound } from "../features/not-found";
import { SetupPage } from "../features/setup";
import { ForgottenPage, SignInLinkPage, SignInPage } from "../features/sign-in";
import { OwnAccountPage } from "../features/own-account";
import { Unreachable } from "../features/unreachable";
import { LanguageProvider, useText, type Language } from "../i18n";
import { remembered } from "../remembered";
import { Loading } from "../ui/Loading";
import { Page, PageFrame } from "../ui/Page";
import { ConfirmSignIn } from "./ConfirmSignIn";
import { ErrorBoundary } from "./ErrorBoundary";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { SecretMoved, WithSecret } from "./secrets";

/** The meeting brings the media library with it; nobody else pays for that. */
const MeetingRoute = lazy(() =>
  import("./MeetingRoute").then(({ MeetingRoute }) => ({ default: MeetingRoute })),
);
const InvitationRoute = lazy(() =>
  import("./MeetingRoute").then(({ InvitationRoute }) => ({ default: InvitationRoute })),
);

function HomeRoute() {
  const { askAgain } = useAccount();
  return <Home unreachable={<Unreachable onTryAgain={askAgain} />} />;
}

/** With a secret behind it, the address is somebody's one-time link. */
function SignInRoute() {
  return (
    <WithSecret>
      {(secret) => (secret === "" ? <SignInPage /> : <SignInLinkPage secret={secret} />)}
    </WithSecret>
  );
}

function Arriving() {
  const text = useText();
  return (
    <Page title={text("frame.product")}>
      <Loading>{text("frame.loading")}</Loading>
    </Page>
  );
}

function Frame() {
  const text = useText();
  return (
    <PageFrame
      header={<Header />}
      footer={<Footer />}
      skipLabel={text("frame.skip")}
      product={text("frame.product")}
    >
      <ErrorBoundary>
        <Suspense fallback={<Arriving />}>
          <Routes>
            <Route path="/" element={<HomeRoute />} />
            <Route path="/sign-in" element={<SignInRoute />} />
            <Route
              path="/setup"
              element={<WithSecret>{(secret) => <SetupPage secret={secret} />}</WithSecret>}
            />
            <Route path="/m/:code" element={<MeetingRoute />} />
            <Route
              path="/i"
              element={<WithSecret>{(secret) => <InvitationRoute secret={secret} />}</WithSecret>}
            />
            <Route path="/i/:secret" element={<SecretMoved page="/i" />} />
            <Route path="/meetings/:id" element={<MeetingPage />} />
            <Route path="/forgotten" element={<ForgottenPage />} />
            <Route path="/account" element={<OwnAccountPage />} />
            <Route path="/accounts" element={<AccountsPage />} />
            <Route path="/audit" element={<AuditPage />} />
            <Route path="/organization" element={<OrganizationPage />} />
            <Route path="/cases" element={<CasesPage />} />
            <Route
              path="/case"
              element={<WithSecret>{(secret) => <CasePage secret={secret} />}</WithSecret>}
            />
            <Route path="/case/:secret" element={<SecretMoved page="/case" />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </ErrorBoundary>
    </PageFrame>
  );
}

function rememberLanguage(language: Language): void {
  remembered.rememberLanguage(language);
}

export function App({ firstIntl }: { firstIntl: IntlShape }) {
  return (
    <LanguageProvider first={firstIntl} onChoose={rememberLanguage}>
      <BrowserRouter>
        <AccountProvider>
          <Frame />
          <ConfirmSignIn />
        </AccountProvider>
      </BrowserRouter>
    </LanguageProvider>
  );
}
