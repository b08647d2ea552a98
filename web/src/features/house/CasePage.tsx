import { useCallback, useEffect, useState } from "react";
import { useIntl } from "react-intl";
import { useParams } from "react-router";
import { api, isApiError, type CaseLook } from "../../api";
import { useErrorText, useRichText, useText } from "../../i18n";
import { Acts } from "../../ui/Acts";
import { Button, LinkButton } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { Loading } from "../../ui/Loading";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import styles from "./House.module.css";

type Looked =
  | { readonly state: "looking" }
  | { readonly state: "found"; readonly found: CaseLook }
  | { readonly state: "none" }
  | { readonly state: "failed"; readonly error: unknown };

async function look(secret: string): Promise<Looked> {
  try {
    return { state: "found", found: await api.caseLook(secret) };
  } catch (error) {
    return isApiError(error, "case-unknown", "not-found") ? { state: "none" } : { state: "failed", error };
  }
}

/** What became of a report, for whoever has its link. */
export function CasePage() {
  const text = useText();
  const errorText = useErrorText();
  const secret = useParams()["secret"] ?? "";
  const [looked, setLooked] = useState<Looked>({ state: "looking" });
  const lookAgain = useCallback(() => void look(secret).then(setLooked), [secret]);
  useEffect(lookAgain, [lookAgain]);
  switch (looked.state) {
    case "found":
      return <Found found={looked.found} />;
    case "none":
      return (
        <Page title={text("case.none.title")} width="narrow">
          <PageTitle>{text("case.none.title")}</PageTitle>
          <Lead>{text("case.none.lead")}</Lead>
          <Acts>
            <LinkButton to="/" kind="primary">
              {text("frame.home")}
            </LinkButton>
          </Acts>
        </Page>
      );
    case "failed":
      return (
        <Page title={text("safety.report")} width="narrow">
          <PageTitle>{text("safety.report")}</PageTitle>
          <Notice kind="trouble">
            <p>{errorText(looked.error)}</p>
            <Button onPress={lookAgain}>{text("frame.tryAgain")}</Button>
          </Notice>
        </Page>
      );
    case "looking":
      return (
        <Page title={text("safety.report")} width="narrow">
          <Loading>{text("frame.loading")}</Loading>
        </Page>
      );
  }
}

function Found({ found }: { found: CaseLook }) {
  const text = useText();
  const rich = useRichText();
  const intl = useIntl();
  const title = text("case.title", { number: found.number });
  const date = intl.formatDate(found.at, { dateStyle: "long" });
  const category = text(`safety.report.category.${found.category}`);
  const { contact } = found;
  return (
    <Page title={title} width="narrow">
      <PageTitle>{title}</PageTitle>
      <Lead>{text("case.lead", { category, date })}</Lead>
      <Notice kind={found.state === "closed" ? "trust" : "quiet"}>{text(`case.${found.state}`)}</Notice>
      <Card className={styles.section}>
        <h2>{text("case.outcome")}</h2>
        <p className={styles.text}>{found.outcome ?? text("case.outcome.none")}</p>
      </Card>
      {contact !== null && (
        <p className={styles.lead}>
          {rich("case.contact", {
            contact: (
              <a key="contact" href={`mailto:${encodeURIComponent(contact)}`}>
                {contact}
              </a>
            ),
          })}
        </p>
      )}
    </Page>
  );
}
