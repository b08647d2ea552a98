export { PreJoin, type JoinChoice, type PreJoinLink } from "./PreJoin";
