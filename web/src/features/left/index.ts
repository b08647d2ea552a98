export { Left, type LeftProps, type LeftReason } from "./Left";
