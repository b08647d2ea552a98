import { useText, type MessageId } from "../../i18n";

/** Keys with words on them, which differ by language. */
const NAMED: ReadonlyMap<string, MessageId> = new Map([
  ["Shift", "call.key.shift"],
  ["Delete", "call.key.delete"],
  ["Enter", "call.key.enter"],
  ["Space", "call.key.space"],
]);

/** How a key such as "Shift+Delete" is written for people. */
export function useKeyWords(): (key: string) => string {
  const text = useText();
  return (key) => {
    const words = key.split("+").map((part) => {
      const named = NAMED.get(part);
      return named === undefined ? part : text(named);
    });
    return words.join(" + ");
  };
}
