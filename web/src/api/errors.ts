/** Codes the server answers with, and the two for when it does not answer. */
export const SERVER_CODES = [
  "bad-request",
  "invalid-fields",
  "not-signed-in",
  "not-allowed",
  "not-found",
  "meeting-unknown",
  "passcode-needed",
  "passcode-wrong",
  "rule-locked",
  "case-unknown",
  "link-expired",
  "sign-in-failed",
  "sign-in-again",
  "account-disabled",
  "last-administrator",
  "rate-limited",
  "too-large",
  "file-unreadable",
  "already-set-up",
  "conflict",
  "not-saved",
  "internal",
] as const;

export type ApiErrorCode = (typeof SERVER_CODES)[number] | "unreachable" | "offline";

/** What became of a request that did not succeed. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: ApiErrorCode,
    /** The server's English sentence, for logs; pages write their own from the code. */
    message: string,
    /** Field name → what is wrong with it. */
    readonly fields: Readonly<Record<string, string>> = {},
    /** How long the server asks us to wait, in seconds. */
    readonly retryAfter_s: number | null = null,
  ) {
    super(message);
  }
}

export function isApiError(value: unknown, ...codes: readonly ApiErrorCode[]): value is ApiError {
  return value instanceof ApiError && (codes.length === 0 || codes.includes(value.code));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function knownCode(code: unknown, status: number): ApiErrorCode {
  const known = SERVER_CODES.find((one) => one === code);
  if (known !== undefined) return known;
  // A proxy in front of the server answers without a body of ours while the server restarts.
  if (status === 502 || status === 503 || status === 504) return "unreachable";
  if (status === 401) return "not-signed-in";
  if (status === 404) return "not-found";
  return status >= 500 ? "internal" : "bad-request";
}

function strings(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, reason]) => [name, String(reason)]));
}

/** The error in an answer's body, whatever shape the body has. */
export function readError(status: number, body: unknown, retryAfter: string | null): ApiError {
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
  const message = typeof error["message"] === "string" ? error["message"] : `HTTP ${status}`;
  const seconds = Number(retryAfter);
  const wait_s = retryAfter !== null && Number.isFinite(seconds) ? seconds : null;
  return new ApiError(knownCode(error["code"], status), message, strings(error["fields"]), wait_s);
}
