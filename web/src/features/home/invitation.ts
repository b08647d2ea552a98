/** What somebody typed or pasted to join: a code, a link of this server, or something else. */
export type Invitation =
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "elsewhere"; readonly host: string }
  | { readonly kind: "empty" }
  | { readonly kind: "malformed" };

const CODE = /^[a-z0-9]{5}(?:-[a-z0-9]{5}){3}$/;
const LETTERS = /^[a-z0-9]{20}$/;

/** A code as it is written, however it was typed: capitals, spaces, other dashes or none. */
export function normaliseCode(typed: string): string | null {
  const letters = typed.toLowerCase().replace(/[\s\-‐-―]/gu, "");
  if (!LETTERS.test(letters)) return null;
  const code = (letters.match(/.{5}/g) ?? []).join("-");
  return CODE.test(code) ? code : null;
}

function readLink(typed: string): URL | null {
  if (!typed.includes("/")) return null;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  try {
    return new URL(hasScheme ? typed : `https://${typed}`);
  } catch {
    return null;
  }
}

/**
 * Reads an invitation. A whole pasted invitation works as well: the link is found in it.
 * @param host the host name and port of this server.
 */
export function readInvitation(pasted: string, host: string): Invitation {
  const typed = pasted.trim();
  if (typed === "") return { kind: "empty" };
  const code = normaliseCode(typed);
  if (code !== null) return { kind: "code", code };
  const link = readLink(typed.match(/https?:\/\/\S+/i)?.[0] ?? typed);
  const path = link?.pathname.match(/\/m\/([^/]+)\/?$/);
  const linked = path?.[1] === undefined ? null : normaliseCode(path[1]);
  if (link === null || linked === null) return { kind: "malformed" };
  return link.host === host ? { kind: "code", code: linked } : { kind: "elsewhere", host: link.host };
}
