export { ForgottenPage } from "./ForgottenPage";
export { SignInLinkPage } from "./SignInLinkPage";
export { SignInPage } from "./SignInPage";
