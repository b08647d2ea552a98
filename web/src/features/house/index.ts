export { AccountsPage } from "./AccountsPage";
export { CasePage } from "./CasePage";
export { CasesPage } from "./CasesPage";
export { OrganizationPage } from "./OrganizationPage";
