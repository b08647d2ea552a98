import { useEffect, useEffectEvent } from "react";
import { isWriting, takesSpace } from "./keys";

export type Shortcut =
  | "microphone"
  | "camera"
  | "screen"
  | "hand"
  | "people"
  | "chat"
  | "help"
  | "freeze"
  | "lock"
  | "mute-all"
  | "stop-all-cameras"
  | "lower-all-hands"
  | "security"
  | "hand-over"
  | "end";

/** With Shift: for those who run the room. */
export const HOST_KEYS: ReadonlyMap<string, Shortcut> = new Map([
  ["F", "freeze"],
  ["L", "lock"],
  ["M", "mute-all"],
  ["V", "stop-all-cameras"],
  ["H", "lower-all-hands"],
  ["S", "security"],
  ["G", "hand-over"],
  ["E", "end"],
]);

const KEYS: ReadonlyMap<string, Shortcut> = new Map([
  ["m", "microphone"],
  ["v", "camera"],
  ["s", "screen"],
  ["h", "hand"],
  ["p", "people"],
  ["c", "chat"],
  ["?", "help"],
]);

/** Which shortcut a key press means; null for text being written and for combinations of the browser's own. */
export function shortcutOf(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.shiftKey && event.key !== "?") return HOST_KEYS.get(event.key.toUpperCase()) ?? null;
  return KEYS.get(event.key.toLowerCase()) ?? null;
}

function isDialogOpen(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}

export interface ShortcutActs {
  readonly onShortcut: (shortcut: Shortcut) => void;
  /** The space bar went down (true) or up. */
  readonly onTalk: (pressed: boolean) => void;
}

/** The call's keys, while the person wants them; never inside a text field or a dialog. */
export function useShortcuts(isOn: boolean, acts: ShortcutActs): void {
  const onDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || event.isComposing || isDialogOpen()) return;
    if (event.key === " ") {
      if (takesSpace(event.target)) return;
      event.preventDefault();
      acts.onTalk(true);
      return;
    }
    const shortcut = isWriting(event.target) ? null : shortcutOf(event);
    if (shortcut === null) return;
    event.preventDefault();
    acts.onShortcut(shortcut);
  });
  const onUp = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === " ") acts.onTalk(false);
  });
  const onBlur = useEffectEvent(() => acts.onTalk(false));

  useEffect(() => {
    if (!isOn) return undefined;
    const down = (event: KeyboardEvent) => onDown(event);
    const up = (event: KeyboardEvent) => onUp(event);
    const blur = () => onBlur();
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", blur);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", blur);
    };
  }, [isOn]);
}
