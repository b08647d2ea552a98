/** The panels beside the stage; at most one is open. */
export type PanelName = "people" | "chat" | "security" | "settings";
