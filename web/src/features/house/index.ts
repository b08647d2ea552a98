export { AccountsPage } from "./AccountsPage";
export { AuditPage } from "./AuditPage";
export { CasePage } from "./CasePage";
export { CasesPage } from "./CasesPage";
export { OrganizationPage } from "./OrganizationPage";
