/**
 * Addresses in what people write. Only http(s) and mailto become links, and a link always shows the host it leads to;
 * whatever could mislead (another scheme, credentials before the host, invisible or reordering characters, backslashes)
 * stays text. Nothing is fetched from an address until somebody presses it.
 */

export interface TextPart {
  readonly text: string;
  /** Where it leads; null for mere text. */
  readonly href: string | null;
}

/** Where an address may begin: not inside a word or behind another scheme ("javascript:https://…"). */
const CANDIDATE = /(?<![^\s([{<"'«»“”‘’,;])(?:https?:\/\/|mailto:)(?:\ufeff|[^\s<>"'`«»“”])+/giu;

/** Zero-width, reordering and other characters that are there without being seen. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|\p{Variation_Selector}/u;

const TRAILING = /[.,;:!?…*_~)\]}]+$/u;
const OPENING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** Punctuation after an address belongs to the sentence, unless it closes a bracket of the address. */
function withoutTrailing(candidate: string): string {
  let kept = candidate;
  for (;;) {
    const last = kept.at(-1) ?? "";
    if (!TRAILING.test(last)) return kept;
    const opening = OPENING[last];
    const count = (mark: string) => kept.split(mark).length;
    if (opening !== undefined && count(opening) >= count(last)) return kept;
    kept = kept.slice(0, -1);
  }
}

/** Letters of European languages, less the few that are drawn like others of them (ı ĸ ŀ ſ). */
const PLAIN_LATIN = /^[a-z0-9\-\u00df-\u00f6\u00f8-\u0130\u0132-\u0137\u0139-\u013e\u0141-\u017e]+$/iu;
/** Scripts with no letter that could be taken for a Latin one. */
const OTHER_SCRIPTS = [
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー0-9-]+$/u,
  /^[\p{Script=Hangul}0-9-]+$/u,
  /^[\p{Script=Devanagari}0-9-]+$/u,
  /^[\p{Script=Thai}0-9-]+$/u,
];

function isPlainLabel(label: string): boolean {
  return PLAIN_LATIN.test(label) || OTHER_SCRIPTS.some((script) => script.test(label));
}

/** The host as it may be shown: as it was written where that cannot be mistaken, else as the network has it. */
function shownHost(written: string, url: URL): string {
  const isAscii = /^\p{ASCII}*$/u.test(written);
  const isPlain = !isAscii && written.toLowerCase().split(".").every(isPlainLabel);
  return isPlain ? written.toLowerCase() : url.hostname;
}

/** A name with a dot and no empty label, or an address in brackets. */
function isWholeHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return true;
  const labels = hostname.replace(/\.$/u, "").split(".");
  return labels.length > 1 && labels.every((label) => label !== "");
}

const WEB = /^(https?):\/\/([^/?#]*)(.*)$/isu;
/** No credentials, escapes or other marks before the path. */
const AUTHORITY = /^[a-z0-9.:[\]\-\u0080-\u{10ffff}]+$/iu;
/** Sixty-four octets before the @ and plain characters on both sides; no headers behind it. */
const MAIL = /^mailto:[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/iu;
const VISIBLE_ASCII = /^[\u0021-\u007e\u00c0-\u00ff\u0152\u0153]*$/u;

function webLink(candidate: string): TextPart | null {
  const [, , authority = "", rest = ""] = WEB.exec(candidate) ?? [];
  if (!AUTHORITY.test(authority) || candidate.includes("\\")) return null;
  if (!URL.canParse(candidate)) return null;
  const url = new URL(candidate);
  if (url.username !== "" || url.password !== "" || !/^https?:$/u.test(url.protocol)) return null;
  if (!isWholeHost(url.hostname)) return null;
  const port = url.port === "" ? "" : `:${url.port}`;
  const written = authority.replace(/:\d*$/u, "");
  const shownRest = VISIBLE_ASCII.test(rest) ? rest : `${url.pathname}${url.search}${url.hash}`;
  return { text: `${url.protocol}//${shownHost(written, url)}${port}${shownRest}`, href: url.href };
}

function mailLink(candidate: string): TextPart | null {
  return MAIL.test(candidate) ? { text: candidate, href: candidate } : null;
}

/** The link a piece of text is, or null when it stays text. */
function linkOf(candidate: string): TextPart | null {
  if (UNSEEN.test(candidate)) return null;
  return /^mailto:/iu.test(candidate) ? mailLink(candidate) : webLink(candidate);
}

/** What somebody wrote, cut into text and links. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  const addText = (until: number) => {
    if (until > end) parts.push({ text: text.slice(end, until), href: null });
  };
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = withoutTrailing(match[0]);
    const link = linkOf(candidate);
    if (link === null) continue;
    addText(match.index);
    parts.push(link);
    end = match.index + candidate.length;
  }
  addText(text.length);
  return parts;
}
