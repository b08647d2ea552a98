/** What the server's HTTP API answers; docs/api/openapi.yaml says what each field means. */
import type { Kind, Profile, RuleName, Rules } from "../room/rules";
import type { ReportCategory } from "../room/wire";

export interface Instance {
  readonly name: string;
  readonly version: string;
  readonly set_up: boolean;
  readonly media: { readonly encrypted: boolean };
  readonly languages: readonly string[];
  /** Whether a link to choose another password can come by mail. */
  readonly sends_mail: boolean;
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
  readonly kind: Kind;
  readonly rules: Rules;
  readonly differing: readonly RuleName[];
  readonly locked_rules: readonly RuleName[];
  readonly has_passcode: boolean;
  readonly created_at: string;
  readonly last_started_at: string | null;
  readonly is_running: boolean;
  readonly participant_count: number;
}

export interface MeetingChanges {
  readonly title?: string;
  readonly rules?: Partial<Rules>;
  /** Null takes it away. */
  readonly passcode?: string | null;
}

/** What a meeting link says to whoever opens it: a title only to its host. */
export interface MeetingLink {
  readonly code: string;
  readonly is_host: boolean;
  readonly title: string | null;
  /** The name to suggest: the account's. */
  readonly name: string | null;
  readonly needs_passcode: boolean;
}

/** What a personal link says to whoever opens it. */
export interface PersonalLink {
  readonly code: string;
  /** Fixed: the holder enters under this name. */
  readonly name: string;
  readonly host: string;
  readonly title: string;
}

export const MAIL_STATES = ["off", "waiting", "sent", "failed"] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** Why a mail did not leave, or cannot. */
export type MailProblem =
  "off" | "no-contact" | "unreachable" | "not-encrypted" | "sign-in-refused" | "refused" | "lost";

export type InvitedRole = "participant" | "observer" | "cohost";

export interface Invitation {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: InvitedRole;
  readonly source: "invited" | "roster";
  /** A browser has used it, which is the one it works in. */
  readonly is_bound: boolean;
  readonly bound_at: string | null;
  readonly created_at: string;
  /** Only in the answer that made it. */
  readonly link: string | null;
  /** What became of the mail with this link; off: it was not sent. */
  readonly mail: MailState;
  /** Why the mail with this link was given up. */
  readonly mail_problem: MailProblem | null;
}

export interface Invitations {
  readonly invitations: readonly Invitation[];
  /** Whether this server can send links by mail. */
  readonly sends_mail: boolean;
}

export interface Invitee {
  readonly name: string;
  readonly email?: string;
  readonly role?: InvitedRole;
}

export interface AuditRecord {
  /** Later ones have larger numbers. */
  readonly number: number;
  readonly at: string;
  readonly actor_id: string | null;
  readonly participant_id: string | null;
  readonly action: string;
  readonly subject_id: string;
  readonly allowed: boolean;
  /** How many acts it stands for. */
  readonly times: number;
}

export interface AuditPage {
  /** The newest first. */
  readonly records: readonly AuditRecord[];
  /** The names of accounts in it; an erased one has none. */
  readonly names: Readonly<Record<string, string>>;
  /** What the next page is asked for with; null when there is none. */
  readonly next: number | null;
}

/** Which acts are asked for; what is left out says nothing. */
export interface AuditQuery {
  readonly before?: number;
  readonly kind?: string;
  readonly person?: string;
  readonly allowed?: boolean;
  readonly since?: string;
  readonly until?: string;
}

export interface Organization {
  readonly name: string;
  readonly profile: Profile;
  readonly locked_rules: readonly RuleName[];
  readonly safeguarding_contact: string | null;
  readonly mail: Mail;
}

/** How things stand with mail. */
export interface Mail {
  /** Null: this server sends none. */
  readonly sender: string | null;
  /** Reports that the contact is still to be told of. */
  readonly waiting: number;
  /** Open reports that the contact could not be told of. */
  readonly failed: number;
}

export interface MailTrial {
  readonly result: "sent" | "off" | "unreachable" | "not-encrypted" | "sign-in-refused" | "refused";
  readonly to: string;
  /** The mail server's own words. */
  readonly reply: string;
}

export const CASE_STATES = ["open", "in-progress", "closed"] as const;
export type CaseState = (typeof CASE_STATES)[number];

export interface Case {
  readonly id: string;
  readonly number: string;
  readonly at: string;
  readonly meeting_id: string;
  readonly category: ReportCategory;
  readonly text: string;
  readonly reporter_name: string;
  readonly about_name: string | null;
  readonly evidence: readonly { readonly at: string; readonly name: string; readonly text: string }[];
  readonly state: CaseState;
  readonly outcome: string | null;
  readonly outcome_at: string | null;
  /** What became of the mail to the contact; off: there is none. */
  readonly mail: MailState;
  /** What keeps it from leaving, or kept it at the last attempt. */
  readonly mail_problem: MailProblem | null;
}

/** A case as who reported it sees it. */
export interface CaseLook {
  readonly number: string;
  readonly at: string;
  readonly category: ReportCategory;
  readonly state: CaseState;
  readonly outcome: string | null;
  readonly outcome_at: string | null;
  readonly contact: string | null;
}

export interface SignInLink {
  readonly name: string;
  readonly email: string;
  /** Whether the password that is chosen takes the place of another. */
  readonly has_password: boolean;
}

/** One browser that is signed in. */
export interface SignedInBrowser {
  readonly id: string;
  readonly is_this: boolean;
  /** What it is called and what it runs on, in words of ours; empty when that is not known. */
  readonly browser: string;
  readonly system: string;
  /** The neighbourhood of the address it signed in from. */
  readonly network: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
}

export type AccountRole = Account["role"];
export type AccountLanguage = "en" | "fr";

/** An account as administrators see it. */
export interface AdministeredAccount {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: AccountRole;
  readonly language: AccountLanguage;
  readonly has_password: boolean;
  readonly is_disabled: boolean;
  readonly meetings: number;
  readonly created_at: string;
  readonly last_used_at: string | null;
  /** Until when a link waits for its password. */
  readonly link_until: string | null;
  /** Only in the answer that made it. */
  readonly link: string | null;
}

export interface AdministeredAccounts {
  readonly accounts: readonly AdministeredAccount[];
  readonly total: number;
  readonly sends_mail: boolean;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly role: AccountRole;
  readonly language: AccountLanguage;
  readonly send: boolean;
}

export interface AccountChanges {
  readonly name?: string;
  readonly email?: string;
  readonly role?: AccountRole;
  readonly language?: AccountLanguage;
  readonly is_disabled?: boolean;
}

export interface NewAdministrator {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}
