/** The panels beside the stage; at most one is open. */
export type PanelName = "people" | "chat" | "security" | "settings";

/** Moves the focus into the open panel, to the first person at the door if there is one; false when it is there. */
export function enterPanel(): boolean {
  const panel = document.querySelector("[data-panel]");
  if (panel === null || panel.contains(document.activeElement)) return false;
  const first = panel.querySelector<HTMLElement>("[data-row=waiting]") ?? panel.querySelector("h2");
  first?.focus();
  return true;
}
