import { useCallback } from "react";
import { useIntl } from "react-intl";
import { api, isApiError, type CaseLook } from "../../api";
import { useRichText, useText } from "../../i18n";
import { Card } from "../../ui/Card";
import { LoadedPage, useLoaded } from "../../ui/Loaded";
import { Notice } from "../../ui/Notice";
import { Lead, Page, PageTitle } from "../../ui/Page";
import styles from "./House.module.css";

/** The report a link is about; null when the link leads to none. */
async function look(secret: string): Promise<CaseLook | null> {
  try {
    return await api.caseLook(secret);
  } catch (error) {
    if (isApiError(error, "case-unknown", "not-found")) return null;
    throw error;
  }
}

/** What became of a report, for whoever has its link. */
export function CasePage({ secret }: { secret: string }) {
  const text = useText();
  const access = useLoaded(useCallback(() => look(secret), [secret]));
  const none = { title: text("case.none.title"), lead: text("case.none.lead") };
  return (
    <LoadedPage access={access} title={text("safety.report")} none={none}>
      {(found) => <Found found={found} />}
    </LoadedPage>
  );
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
