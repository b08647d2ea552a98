export { Unreachable } from "./Unreachable";
