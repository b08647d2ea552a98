/** What a host settles about a meeting before it runs, asked of the server by the host's own page. */

/** Sends one request from a page that is signed in as the host; answers the body. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

export interface KnownMeeting {
  readonly id: string;
  readonly code: string;
}

/** A room among colleagues: devices start as they were chosen, everybody shares, the open link may knock. */
export const AMONG_COLLEAGUES = {
  open_link: true,
  supervised: false,
  starts_muted: false,
  share: "all",
  rename: true,
} as const;

/** The meeting that a link leads to. */
export async function meetingAt(ask: Ask, link: string): Promise<KnownMeeting> {
  const code = new URL(link).pathname.split("/").at(-1);
  const { meetings } = (await ask("GET", "/meetings")) as { meetings: KnownMeeting[] };
  const found = meetings.find((one) => one.code === code);
  if (found === undefined) throw new Error(`no meeting of this host has the code ${code}`);
  return found;
}

export async function newMeetingOf(ask: Ask, title: string, kind?: string): Promise<KnownMeeting> {
  return (await ask("POST", "/meetings", { title, ...(kind === undefined ? {} : { kind }) })) as KnownMeeting;
}

export async function setRules(
  ask: Ask,
  id: string,
  rules: Readonly<Record<string, unknown>>,
): Promise<void> {
  await ask("PATCH", `/meetings/${id}`, { rules });
}

/** Personal links, in the order of the names. */
export async function inviteAll(ask: Ask, id: string, names: readonly string[]): Promise<string[]> {
  const people = names.map((name) => ({ name }));
  const made = (await ask("POST", `/meetings/${id}/invitations`, { people })) as {
    invitations: { name: string; link: string }[];
  };
  return names.map((name) => made.invitations.find((one) => one.name === name)?.link ?? "");
}

/** One person's personal link. */
export async function inviteOne(ask: Ask, id: string, name: string): Promise<string> {
  const [link = ""] = await inviteAll(ask, id, [name]);
  return link;
}

/** Runs in the page: a request to the API of its own origin. */
export async function askInPage(given: {
  method: string;
  path: string;
  body: unknown;
}): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`/api/v1${given.path}`, {
    method: given.method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === "" ? null : (JSON.parse(text) as unknown) };
}

/** The body of an answer that went well. */
export function good(path: string, { status, answer }: { status: number; answer: unknown }): unknown {
  if (status >= 400) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}
