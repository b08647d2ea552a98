export { controlUrl, openControlSockets, watchNetwork, type ControlSockets } from "./sockets";
