export { Dropped } from "./Dropped";
export { Unreachable } from "./Unreachable";
