/** The server's HTTP API as functions; docs/api/openapi.yaml is the contract they follow. */
import type { Kind } from "../room/rules";
import { request } from "./http";
import type {
  Account,
  AccountChanges,
  AdministeredAccount,
  AdministeredAccounts,
  AuditPage,
  AuditQuery,
  Case,
  CaseLook,
  CaseState,
  Instance,
  Invitation,
  Invitations,
  InvitationsMade,
  Invitee,
  LateReport,
  ListChoices,
  ListPreview,
  Meeting,
  MeetingChanges,
  MeetingLink,
  NewAccount,
  NewAdministrator,
  MailTrial,
  OpenedCase,
  Organization,
  OwnMeetings,
  PersonalLink,
  SignedInBrowser,
  SignInLink,
  Visitor,
} from "./types";

export { confirmBy } from "./http";
export { ApiError, isApiError, type ApiErrorCode } from "./errors";
export * from "./types";

const part = encodeURIComponent;

function meetingPath(id: string): string {
  return `/meetings/${part(id)}`;
}

function queryOf(choices: AuditQuery | ListChoices): string {
  const said = Object.entries(choices).filter(([, value]) => value !== undefined);
  return new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
}

export const api = {
  instance: () => request<Instance>("GET", "/instance"),

  checkSetup: (secret: string) => request<void>("POST", "/setup/look", { secret }),
  setUp: (secret: string, administrator: NewAdministrator) =>
    request<Account>("POST", "/setup", { secret, ...administrator }),

  signIn: (email: string, password: string) => request<Account>("POST", "/sign-in", { email, password }),
  signOut: () => request<void>("POST", "/sign-out"),
  signInLink: (secret: string) => request<SignInLink>("POST", "/sign-in-links/look", { secret }),
  useSignInLink: (secret: string, password: string) =>
    request<Account>("POST", "/sign-in-links/use", { secret, password }),

  visitor: () => request<Visitor>("GET", "/visitor"),
  changeMe: (changes: { name?: string; language?: string }) => request<Account>("PATCH", "/me", changes),

  /** The password once more, for acts that need it. */
  confirm: (password: string) => request<void>("POST", "/me/confirm", { password }),
  changePassword: (present: string, password: string) =>
    request<void>("POST", "/me/password", { present, password }),
  forgetPassword: (email: string) => request<void>("POST", "/forgotten-password", { email }),
  signIns: async () => (await request<{ sign_ins: SignedInBrowser[] }>("GET", "/me/sign-ins")).sign_ins,
  endSignIn: (id: string) => request<void>("DELETE", `/me/sign-ins/${part(id)}`),
  signOutEverywhere: () => request<void>("DELETE", "/me/sign-ins"),
  eraseMe: () => request<void>("DELETE", "/me"),

  accounts: (search: string) =>
    request<AdministeredAccounts>("GET", search === "" ? "/accounts" : `/accounts?search=${part(search)}`),
  createAccount: (account: NewAccount) => request<AdministeredAccount>("POST", "/accounts", account),
  changeAccount: (id: string, changes: AccountChanges) =>
    request<AdministeredAccount>("PATCH", `/accounts/${part(id)}`, changes),
  renewAccountLink: (id: string, send: boolean) =>
    request<AdministeredAccount>("POST", `/accounts/${part(id)}/link`, { send }),
  eraseAccount: (id: string) => request<void>("DELETE", `/accounts/${part(id)}`),

  meetings: async () => (await request<OwnMeetings>("GET", "/meetings")).meetings,
  /** With what a new one is for when nobody says. */
  ownMeetings: () => request<OwnMeetings>("GET", "/meetings"),
  /** Without a kind it is what most meetings are in a house of this server's profile. */
  createMeeting: (title: string, kind?: Kind) =>
    request<Meeting>("POST", "/meetings", kind === undefined ? { title } : { title, kind }),
  meeting: (id: string) => request<Meeting>("GET", meetingPath(id)),
  changeMeeting: (id: string, changes: MeetingChanges) => request<Meeting>("PATCH", meetingPath(id), changes),
  deleteMeeting: (id: string) => request<void>("DELETE", meetingPath(id)),
  /** Another open link; the one before leads nowhere from now on. */
  changeLink: (id: string) => request<Meeting>("POST", `${meetingPath(id)}/link`),

  invitations: (id: string) => request<Invitations>("GET", `${meetingPath(id)}/invitations`),
  /** The answer alone has the links. `send`: those with an address get theirs by mail. */
  invite: (id: string, people: readonly Invitee[], how: { send: boolean; from_list?: boolean }) =>
    request<InvitationsMade>("POST", `${meetingPath(id)}/invitations`, { people, ...how }),
  /** What a pasted list or a file is understood as; nobody gets a link by it. */
  previewList: (id: string, list: Blob, choices: ListChoices) =>
    request<ListPreview>("POST", `${meetingPath(id)}/invitations/preview?${queryOf(choices)}`, list),
  renewInvitation: (id: string, invitation: string, send: boolean) =>
    request<Invitation>("POST", `${meetingPath(id)}/invitations/${part(invitation)}/link`, { send }),
  /** Sends who got no mail another one, with another link. */
  mailInvitation: (id: string, invitation: string) =>
    request<Invitation>("POST", `${meetingPath(id)}/invitations/${part(invitation)}/mail`),
  revokeInvitation: (id: string, invitation: string) =>
    request<void>("DELETE", `${meetingPath(id)}/invitations/${part(invitation)}`),
  /** What was done at a meeting, a page of it. */
  audit: (id: string, query: AuditQuery) =>
    request<AuditPage>("GET", `${meetingPath(id)}/audit?${queryOf(query)}`),
  /** What was done at no meeting, or at one that is no more, a page of it. */
  houseAudit: (query: AuditQuery) => request<AuditPage>("GET", `/audit?${queryOf(query)}`),

  meetingLink: (code: string) => request<MeetingLink>("GET", `/links/${part(code)}`),
  personalLink: (secret: string) => request<PersonalLink>("POST", "/invitations/look", { secret }),

  organization: () => request<Organization>("GET", "/organization"),
  changeOrganization: (changes: Partial<Organization>) =>
    request<Organization>("PATCH", "/organization", changes),
  /** A mail to oneself. */
  tryMail: () => request<MailTrial>("POST", "/organization/test-mail"),

  cases: async () => (await request<{ cases: Case[] }>("GET", "/cases")).cases,
  changeCase: (id: string, changes: { state?: CaseState; outcome?: string }) =>
    request<Case>("PATCH", `/cases/${part(id)}`, changes),
  /** Sends a mail to the contact that was given up once more; the answer says what became of it. */
  mailCase: (id: string) => request<Case>("POST", `/cases/${part(id)}/mail`),
  reportLate: (report: LateReport) => request<OpenedCase>("POST", "/reports", report),
  caseLook: (secret: string) => request<CaseLook>("POST", "/cases/look", { secret }),
} as const;
