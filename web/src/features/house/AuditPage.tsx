import { Acts } from "../../audit";
import { api } from "../../api";
import { useText } from "../../i18n";
import { Card } from "../../ui/Card";
import { Lead, Page, PageTitle } from "../../ui/Page";
import { AdminOnly } from "./AdminOnly";
import house from "./House.module.css";

/** What was done on this server outside meetings. */
export function AuditPage() {
  const text = useText();
  const title = text("audit.title");
  return (
    <AdminOnly>
      <Page title={title}>
        <PageTitle>{title}</PageTitle>
        <Lead>{text("audit.lead")}</Lead>
        <Card className={house.section}>
          <Acts find={api.houseAudit} label={title} />
        </Card>
      </Page>
    </AdminOnly>
  );
}
