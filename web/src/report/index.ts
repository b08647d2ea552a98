export { ReportForm } from "./ReportForm";
export { Reported } from "./Reported";
