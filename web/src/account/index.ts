export { AccountProvider, useAccount, type SignIn } from "./AccountProvider";
