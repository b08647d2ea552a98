/** The server's HTTP API as functions; docs/api/openapi.yaml is the contract they follow. */
import { request } from "./http";

export { ApiError, isApiError, type ApiErrorCode } from "./errors";

export interface Instance {
  readonly name: string;
  readonly version: string;
  readonly set_up: boolean;
  readonly media: { readonly encrypted: boolean };
  readonly languages: readonly string[];
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: "admin" | "member";
  readonly language: string | null;
}

export interface Meeting {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  readonly link: string;
  readonly created_at: string;
  readonly last_started_at: string | null;
  readonly is_running: boolean;
  readonly participant_count: number;
}

/** What a meeting link says to whoever opens it: a title only to its host. */
export interface MeetingLink {
  readonly code: string;
  readonly is_host: boolean;
  readonly title: string | null;
  /** The name to suggest: the account's. */
  readonly name: string | null;
}

export interface SignInLink {
  readonly name: string;
  readonly email: string;
  readonly needs_password: boolean;
}

export interface NewAdministrator {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const part = encodeURIComponent;

export const api = {
  instance: () => request<Instance>("GET", "/instance"),

  checkSetup: (secret: string) => request<void>("GET", `/setup/${part(secret)}`),
  setUp: (secret: string, administrator: NewAdministrator) =>
    request<Account>("POST", "/setup", { secret, ...administrator }),

  signIn: (email: string, password: string) => request<Account>("POST", "/sign-in", { email, password }),
  signOut: () => request<void>("POST", "/sign-out"),
  signInLink: (secret: string) => request<SignInLink>("GET", `/sign-in-links/${part(secret)}`),
  useSignInLink: (secret: string, password: string | null) =>
    request<Account>("POST", `/sign-in-links/${part(secret)}`, password === null ? {} : { password }),

  me: () => request<Account>("GET", "/me"),
  changeMe: (changes: { name?: string; language?: string }) => request<Account>("PATCH", "/me", changes),

  meetings: async () => (await request<{ meetings: Meeting[] }>("GET", "/meetings")).meetings,
  createMeeting: (title?: string) =>
    request<Meeting>("POST", "/meetings", title === undefined ? {} : { title }),
  renameMeeting: (id: string, title: string) => request<Meeting>("PATCH", `/meetings/${part(id)}`, { title }),
  deleteMeeting: (id: string) => request<void>("DELETE", `/meetings/${part(id)}`),

  meetingLink: (code: string) => request<MeetingLink>("GET", `/links/${part(code)}`),
} as const;
