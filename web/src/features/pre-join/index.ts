export { PreJoin, type JoinChoice, type PreJoinProps } from "./PreJoin";
