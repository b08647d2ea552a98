export { browserParts, Call, type JoinWishes } from "./call";
export { CallScreen, type CallScreenProps } from "./CallScreen";
