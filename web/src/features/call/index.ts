export { browserParts, Call, type JoinWishes } from "./call";
export { usePartsOf } from "./CallContext";
export { CallScreen, type CallScreenProps } from "./CallScreen";
