export { AtDoor } from "./AtDoor";
