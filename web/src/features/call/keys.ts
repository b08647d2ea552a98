/** Whether a key press is text for a field, which no shortcut may take. */

/** Fields that take letters; a list of choices takes them too, to jump to a word. */
const WRITES =
  "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable=true]";

function isWithin(target: EventTarget | null, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

export function isWriting(target: EventTarget | null): boolean {
  return isWithin(target, WRITES);
}

/** What the space bar works by itself. */
const PRESSED_BY_SPACE =
  "input, textarea, select, [contenteditable=true], button, a, summary, [role=button], [role=menuitem], [role=switch], [role=tab]";

export function takesSpace(target: EventTarget | null): boolean {
  return isWithin(target, PRESSED_BY_SPACE);
}

/** The key as key tables write it ("m", "Shift+Delete"); null for combinations of the browser's own. */
export function keyName(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.shiftKey ? `Shift+${key}` : key;
}

/** The digit of a key press; of the upper row also where, as on French keyboards, it takes Shift to write one. */
export function digitOf(
  event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (/^[0-9]$/u.test(event.key)) return event.key;
  return event.shiftKey ? null : (/^Digit([0-9])$/u.exec(event.code)?.[1] ?? null);
}
