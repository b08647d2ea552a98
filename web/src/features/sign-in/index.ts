export { SignInLinkPage } from "./SignInLinkPage";
export { SignInPage } from "./SignInPage";
