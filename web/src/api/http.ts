import { ApiError, isApiError, readError } from "./errors";

/** After this long without an answer the server counts as unreachable. */
export const ANSWER_TIMEOUT_MS = 15_000;

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  const options: RequestInit = {
    method,
    credentials: "same-origin",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  };
  if (body instanceof Blob) {
    options.headers = { accept: "application/json", "content-type": "application/octet-stream" };
    options.body = body;
  } else if (body !== undefined) {
    options.headers = { accept: "application/json", "content-type": "application/json" };
    options.body = JSON.stringify(body);
  }
  try {
    return await fetch(`/api/v1${path}`, options);
  } catch (cause) {
    const isOffline = typeof navigator !== "undefined" && navigator.onLine === false;
    throw new ApiError(isOffline ? "offline" : "unreachable", String(cause));
  }
}

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

type Confirm = () => Promise<boolean>;

let confirmSignIn: Confirm | null = null;

/** How the password is asked for once more when an act needs it; answers whether it was given. Null: not at all. */
export function confirmBy(confirm: Confirm | null): void {
  confirmSignIn = confirm;
}

/** One request to the server's API, with JSON or a file; the answer's body, or an ApiError. */
export async function request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  try {
    return await ask<Answer>(method, path, body);
  } catch (error) {
    const mayAsk = isApiError(error, "sign-in-again") && confirmSignIn !== null;
    if (!mayAsk || !(await confirmSignIn?.())) throw error;
    return ask<Answer>(method, path, body);
  }
}

async function ask<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  const response = await send(method, path, body);
  if (response.status === 204) return undefined as Answer;
  const answer = await readBody(response);
  if (!response.ok) throw readError(response.status, answer, response.headers.get("retry-after"));
  if (answer === null) throw new ApiError("internal", "the answer is not JSON");
  return answer as Answer;
}
