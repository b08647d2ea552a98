/** The first letters of the first and the last word of a name; a question mark when there is no name. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const letters = [first, last].map((word) => Array.from(word ?? "").find((c) => /[\p{L}\p{N}]/u.test(c)));
  return letters.join("").toLocaleUpperCase() || "?";
}
