/** What one participant's end of the control channel knows, and the small moves everything else is made of. */
import { retryDelay_ms, type Moment, type Step } from "./moment";
import type {
  Act,
  ClientFrame,
  MediaCredentials,
  MessageId,
  ParticipantId,
  ReportedFrame,
  RoomEvent,
  Snapshot,
  WaitingFrame,
} from "./wire";

export const OPEN_TIMEOUT_MS = 4000;
export const KNOCK_TIMEOUT_MS = 6000;
export const PING_EVERY_MS = 4000;
export const SILENCE_LIMIT_MS = 9000;
export const LEAVE_GRACE_MS = 600;
/** Whoever knocks too often is heard again after half a minute: asking sooner only prolongs it. */
export const KNOCK_AGAIN_AFTER_MS = 5000;

interface Heard {
  readonly heard_at_ms: number;
  readonly ping_at_ms: number;
}

export type Link =
  | { readonly phase: "new" }
  | { readonly phase: "waiting"; readonly until_ms: number }
  | { readonly phase: "opening"; readonly deadline_ms: number }
  | { readonly phase: "knocking"; readonly deadline_ms: number }
  /** The link is up, the person is not in: somebody has to let them in. */
  | ({ readonly phase: "at-door" } & Heard)
  | ({ readonly phase: "open" } & Heard)
  | { readonly phase: "closed"; readonly code: string; readonly message: string };

/** Who knocks, and with what in hand. */
export interface Caller {
  readonly name: string;
  readonly invitation: string | null;
  readonly passcode: string | null;
}

/** What a place is taken back with. */
export interface Claim {
  readonly participant_id: ParticipantId;
  readonly secret: string;
}

export interface Pending {
  readonly request: number;
  readonly act: Act;
}

export interface OutgoingMessage {
  readonly message_id: MessageId;
  readonly text: string;
  readonly written_at_ms: number;
  readonly state: "sending" | "sent" | "failed";
  /** The server's code when it refused the line. */
  readonly refusal: string | null;
}

export interface ControlState {
  readonly caller: Caller;
  readonly link: Link;
  readonly socket: number;
  readonly attempt: number;
  readonly request: number;
  readonly resume: Claim | null;
  /** The page was loaded again and only wants its place back: without it, nobody knocks without an act. */
  readonly is_reload: boolean;
  /** The last admission gave back a seat that was kept; otherwise one arrived. */
  readonly was_resumed: boolean;
  /** What the last admission gave to report with, also after leaving. */
  readonly report_ticket: string | null;
  /** What is known at the door; null before it and once inside. */
  readonly door: Pick<WaitingFrame, "has_host" | "host" | "note_left" | "is_second_device"> | null;
  /** The server asked to knock more slowly. */
  readonly is_held_off: boolean;
  /** Something on the way drops the sockets. */
  readonly is_dropped: boolean;
  readonly snapshot: Snapshot | null;
  /** The meeting's link as last told: a place is taken back under it. */
  readonly code: string | null;
  readonly outbox: readonly Pending[];
  readonly outgoing: readonly OutgoingMessage[];
  /** Since when there is no open link although there was one, or one was asked for. */
  readonly broken_since_ms: number | null;
  /** When leaving gives up waiting for the server's answer. */
  readonly leave_by_ms: number | null;
}

export type ControlEffect =
  /** `code`: the meeting's link as it is now; null while only the way one came by is known. */
  | { readonly type: "open-socket"; readonly socket: number; readonly code: string | null }
  | { readonly type: "close-socket"; readonly socket: number }
  | { readonly type: "send-frame"; readonly socket: number; readonly frame: ClientFrame }
  | { readonly type: "media-granted"; readonly media: MediaCredentials; readonly as: ParticipantId }
  | { readonly type: "event-applied"; readonly event: RoomEvent }
  | { readonly type: "act-done"; readonly act: Act }
  | { readonly type: "act-refused"; readonly act: Act; readonly code: string }
  | { readonly type: "asked-to-unmute"; readonly by: string }
  | ({ readonly type: "reported" } & Pick<ReportedFrame, "case_number" | "secret">)
  | ({ readonly type: "ended" } & Ending);

/** The control channel's last word. */
export interface Ending {
  readonly code: string;
  readonly message: string;
  /** Why somebody at the door was refused. */
  readonly reason: string | null;
}

export type ControlStep = Step<ControlState, ControlEffect>;

export function initialControl(caller: Caller, resume: Claim | null = null, is_reload = false): ControlState {
  return {
    caller,
    link: { phase: "new" },
    socket: 0,
    attempt: 0,
    request: 0,
    resume,
    is_reload,
    was_resumed: false,
    report_ticket: null,
    door: null,
    is_held_off: false,
    is_dropped: false,
    snapshot: null,
    code: null,
    outbox: [],
    outgoing: [],
    broken_since_ms: null,
    leave_by_ms: null,
  };
}

export function only(state: ControlState, ...effects: ControlEffect[]): ControlStep {
  return { state, effects };
}

/** Frames arrive and leave: inside, or at the door. */
export function isUp({ link }: ControlState): boolean {
  return link.phase === "open" || link.phase === "at-door";
}

/** The link broke, or is to be given up: forget the socket and wait for the next attempt. */
export function breakLink(state: ControlState, moment: Moment): ControlStep {
  return breakFor(state, retryDelay_ms(state.attempt, moment.chance), moment.now_ms);
}

export function breakFor(state: ControlState, delay_ms: number, now_ms: number): ControlStep {
  return only(
    {
      ...state,
      link: { phase: "waiting", until_ms: now_ms + delay_ms },
      attempt: state.attempt + 1,
      broken_since_ms: state.broken_since_ms ?? now_ms,
    },
    { type: "close-socket", socket: state.socket },
  );
}

export function finish(
  state: ControlState,
  code: string,
  message: string,
  reason: string | null = null,
): ControlStep {
  return only(
    {
      ...state,
      link: { phase: "closed", code, message },
      leave_by_ms: null,
      outbox: [],
      broken_since_ms: null,
    },
    { type: "close-socket", socket: state.socket },
    { type: "ended", code, message, reason },
  );
}
