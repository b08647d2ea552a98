export { CopyInvitation, type CopyInvitationProps } from "./CopyInvitation";
