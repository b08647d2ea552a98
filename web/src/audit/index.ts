export { Acts } from "./Acts";
