export { OwnAccountPage } from "./OwnAccountPage";
