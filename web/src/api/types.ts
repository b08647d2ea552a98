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

/** Who uses this browser. */
export interface Visitor {
  /** Null: nobody is signed in in it. */
  readonly account: Account | null;
  /** Reports nobody has looked into; null to those who may not see them. */
  readonly open_cases: number | null;
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

export interface OwnMeetings {
  readonly meetings: readonly Meeting[];
  readonly usual_kind: Kind;
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
  readonly begins: Beginnings;
}

/** How a device begins in the room: as chosen before, off, off by a rule, off for who is there to see and hear. */
export type Beginning = "as-chosen" | "off" | "by-rule" | "observer";

export interface Beginnings {
  readonly microphone: Beginning;
  readonly camera: Beginning;
}

/** What a personal link says to whoever opens it. */
export interface PersonalLink {
  readonly code: string;
  /** Fixed: the holder enters under this name. */
  readonly name: string;
  readonly host: string;
  readonly title: string;
  readonly begins: Beginnings;
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
  /** Where the link goes besides: the other parent's address. */
  readonly more_emails: readonly string[];
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

export interface InvitationsMade extends Invitations {
  /** Those with another name or address now; their links stay. */
  readonly updated: readonly Invitation[];
  /** Those who had a link already, and have it still. */
  readonly kept: readonly Invitation[];
}

export interface Invitee {
  readonly name: string;
  readonly email?: string | null;
  readonly more_emails?: readonly string[];
  readonly role?: InvitedRole;
  /** The invitation that gets this name and these addresses. */
  readonly updates?: string;
  /** How many other people of this very name are meant. */
  readonly others?: number;
}

export const COLUMN_USES = ["family", "given", "name", "email", "unused"] as const;
export type ColumnUse = (typeof COLUMN_USES)[number];
export const NAME_ORDERS = ["as-understood", "given-first", "family-first"] as const;
export type NameOrder = (typeof NAME_ORDERS)[number];

/** What one said about a list otherwise than it was understood. */
export interface ListChoices {
  readonly sheet?: number;
  readonly columns?: readonly ColumnUse[];
  readonly order?: NameOrder;
  readonly head?: boolean;
  readonly concealed?: boolean;
}

export interface ListColumn {
  readonly use: ColumnUse;
  readonly head: string | null;
  readonly name: string | null;
  readonly examples: readonly string[];
}

export type ListDoubt =
  | "half-name"
  | "name-from-address"
  | "digits"
  | "order"
  | "encoding"
  | "address-unreadable"
  | "more-addresses"
  | "address-elsewhere"
  | "twice"
  | "twice-other-address"
  | "concealed";

export interface ListedPerson {
  readonly line: number;
  readonly name: string;
  readonly email: string | null;
  readonly more_emails: readonly string[];
  readonly doubts: readonly ListDoubt[];
  readonly twice_of: number | null;
  readonly known: {
    readonly id: string;
    readonly name: string;
    readonly email: string | null;
    readonly how: "same" | "address-new" | "address-other";
  } | null;
}

export interface RefusedLine {
  readonly line: number;
  readonly column: number | null;
  readonly cell: string | null;
  readonly reason:
    "above-head" | "head-again" | "no-name" | "name-long" | "not-a-name" | "total" | "concealed" | "too-many";
  readonly text: string;
}

/** What a list of people was understood as; nobody has a link by it. */
export interface ListPreview {
  readonly sheets: readonly {
    readonly name: string;
    readonly is_concealed: boolean;
    readonly line_count: number;
  }[];
  /** Null of several sheets: it has to be chosen. */
  readonly sheet: number | null;
  readonly is_encoding_guessed: boolean;
  readonly columns: readonly ListColumn[];
  readonly head_line: number | null;
  readonly order: NameOrder;
  readonly is_unsure: boolean;
  readonly concealed_count: number;
  readonly people: readonly ListedPerson[];
  readonly refused: readonly RefusedLine[];
  readonly places_left: number;
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
  /** Of accounts and of the meeting's personal links in it; an erased one has none. */
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

/** What somebody reports who was in a room; the ticket came with the admission. */
export interface LateReport {
  readonly ticket: string;
  readonly category: ReportCategory;
  readonly text: string;
}

/** What a reporter keeps. */
export interface OpenedCase {
  readonly case_number: string;
  readonly secret: string;
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
