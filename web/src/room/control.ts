/**
 * One participant's end of the control channel, without its WebSocket.
 *
 * A link goes waiting → opening → knocking → open and back to waiting whenever it breaks; it ends in closed and
 * never leaves it. Every socket has a number, so that late news of an old one is ignored. Acts (chat, hand, media
 * renewal) live in an outbox until the server answers them and are sent again on the next link: a chat line keeps
 * its message id, so the server writes it once however often it arrives. A hole in the sequence of events is mended
 * by knocking again with the last sequence seen.
 */
import { earliest, retryDelay_ms, type Moment, type Step } from "./moment";
import { applyEvent } from "./snapshot";
import {
  parseServerFrame,
  type AdmittedFrame,
  type ClientFrame,
  type EventFrame,
  type MediaCredentials,
  type MessageId,
  type ParticipantId,
  type RoomEvent,
  type ServerFrame,
  type Snapshot,
} from "./wire";

export const OPEN_TIMEOUT_MS = 4000;
export const KNOCK_TIMEOUT_MS = 6000;
export const PING_EVERY_MS = 4000;
export const SILENCE_LIMIT_MS = 9000;
export const LEAVE_GRACE_MS = 600;

export type Link =
  | { readonly phase: "idle" }
  | { readonly phase: "waiting"; readonly until_ms: number }
  | { readonly phase: "opening"; readonly deadline_ms: number }
  | { readonly phase: "knocking"; readonly deadline_ms: number }
  | { readonly phase: "open"; readonly heard_at_ms: number; readonly ping_at_ms: number }
  | { readonly phase: "closed"; readonly code: string; readonly message: string };

export type Act =
  | { readonly type: "send-chat"; readonly message_id: MessageId; readonly text: string }
  | { readonly type: "raise-hand" }
  | { readonly type: "lower-hand" }
  | { readonly type: "renew-media" };

interface Pending {
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
  readonly name: string;
  readonly link: Link;
  readonly socket: number;
  readonly attempt: number;
  readonly request: number;
  readonly resume: { readonly participant_id: ParticipantId; readonly secret: string } | null;
  readonly snapshot: Snapshot | null;
  readonly outbox: readonly Pending[];
  readonly outgoing: readonly OutgoingMessage[];
  /** Since when there is no open link although there was one, or one was asked for. */
  readonly broken_since_ms: number | null;
  /** When leaving gives up waiting for the server's answer. */
  readonly leave_by_ms: number | null;
}

export type ControlInput =
  | { readonly type: "join" }
  | { readonly type: "socket-opened"; readonly socket: number }
  | { readonly type: "socket-closed"; readonly socket: number }
  | { readonly type: "frame-received"; readonly socket: number; readonly line: string }
  | { readonly type: "network-returned" }
  | { readonly type: "act"; readonly act: Act }
  | { readonly type: "retry-message"; readonly message_id: MessageId }
  | { readonly type: "leave" }
  | { readonly type: "tick" };

export type ControlEffect =
  | { readonly type: "open-socket"; readonly socket: number }
  | { readonly type: "close-socket"; readonly socket: number }
  | { readonly type: "send-frame"; readonly socket: number; readonly frame: ClientFrame }
  | { readonly type: "media-granted"; readonly media: MediaCredentials; readonly as: ParticipantId }
  | { readonly type: "event-applied"; readonly event: RoomEvent }
  | { readonly type: "act-refused"; readonly act: Act; readonly code: string }
  | { readonly type: "ended"; readonly code: string; readonly message: string };

type ControlStep = Step<ControlState, ControlEffect>;

export function initialControl(name: string): ControlState {
  return {
    name,
    link: { phase: "idle" },
    socket: 0,
    attempt: 0,
    request: 0,
    resume: null,
    snapshot: null,
    outbox: [],
    outgoing: [],
    broken_since_ms: null,
    leave_by_ms: null,
  };
}

function only(state: ControlState, ...effects: ControlEffect[]): ControlStep {
  return { state, effects };
}

function openSocket(state: ControlState, now_ms: number): ControlStep {
  const socket = state.socket + 1;
  const link: Link = { phase: "opening", deadline_ms: now_ms + OPEN_TIMEOUT_MS };
  const broken_since_ms = state.broken_since_ms ?? now_ms;
  return only({ ...state, socket, link, broken_since_ms }, { type: "open-socket", socket });
}

/** The link broke, or is to be given up: forget the socket and wait for the next attempt. */
function breakLink(state: ControlState, { now_ms, chance }: Moment): ControlStep {
  const until_ms = now_ms + retryDelay_ms(state.attempt, chance);
  return only(
    {
      ...state,
      link: { phase: "waiting", until_ms },
      attempt: state.attempt + 1,
      broken_since_ms: state.broken_since_ms ?? now_ms,
    },
    { type: "close-socket", socket: state.socket },
  );
}

function finish(state: ControlState, code: string, message: string): ControlStep {
  return only(
    {
      ...state,
      link: { phase: "closed", code, message },
      leave_by_ms: null,
      outbox: [],
      broken_since_ms: null,
    },
    { type: "close-socket", socket: state.socket },
    { type: "ended", code, message },
  );
}

function knock(state: ControlState, now_ms: number): ControlStep {
  const request = state.request + 1;
  const last_sequence = state.snapshot?.sequence ?? 0;
  const resume = state.resume && { ...state.resume, last_sequence };
  const link: Link = { phase: "knocking", deadline_ms: now_ms + KNOCK_TIMEOUT_MS };
  const frame: ClientFrame = { type: "knock", request, name: state.name, resume };
  return only({ ...state, request, link }, { type: "send-frame", socket: state.socket, frame });
}

function sendAct(state: ControlState, act: Act): ControlStep {
  const request = state.request + 1;
  const next = { ...state, request, outbox: [...state.outbox, { request, act }] };
  if (state.link.phase !== "open") return only(next);
  return only(next, { type: "send-frame", socket: state.socket, frame: { ...act, request } });
}

/** Everything unanswered goes out again on a new link, in the order it was asked for. */
function resendAll(state: ControlState): ControlStep {
  const effects = state.outbox.map(({ act, request }): ControlEffect => ({
    type: "send-frame",
    socket: state.socket,
    frame: { ...act, request },
  }));
  return { state, effects };
}

/** A line the snapshot holds is no longer ours to show as outgoing. */
function settleOutgoing(state: ControlState): ControlState {
  const { snapshot } = state;
  if (snapshot === null || state.outgoing.length === 0) return state;
  const written = new Set(snapshot.chat.map((message) => message.message_id));
  const outgoing = state.outgoing.filter((line) => !written.has(line.message_id));
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

function admitted(state: ControlState, frame: AdmittedFrame, { now_ms }: Moment): ControlStep {
  if (state.link.phase !== "knocking") return only(state);
  // A fresh grant arrives with each admission, so a renewal that was waiting has its answer.
  const outbox = state.outbox.filter(({ act }) => act.type !== "renew-media");
  const next = settleOutgoing({
    ...state,
    link: { phase: "open", heard_at_ms: now_ms, ping_at_ms: now_ms + PING_EVERY_MS },
    attempt: 0,
    resume: { participant_id: frame.participant_id, secret: frame.secret },
    snapshot: frame.snapshot ?? state.snapshot,
    outbox,
    broken_since_ms: null,
  });
  const resent = resendAll(next);
  const granted: ControlEffect = { type: "media-granted", media: frame.media, as: frame.participant_id };
  return { state: resent.state, effects: [granted, ...resent.effects] };
}

function eventReceived(state: ControlState, frame: EventFrame, moment: Moment): ControlStep {
  const { snapshot } = state;
  if (snapshot === null || frame.sequence <= snapshot.sequence) return only(state);
  if (frame.sequence > snapshot.sequence + 1) return breakLink({ ...state, attempt: 0 }, moment);
  const next = settleOutgoing({ ...state, snapshot: applyEvent(snapshot, frame) });
  return frame.event === null ? only(next) : only(next, { type: "event-applied", event: frame.event });
}

function take(state: ControlState, request: number): [Act | null, ControlState] {
  const found = state.outbox.find((pending) => pending.request === request);
  if (found === undefined) return [null, state];
  return [found.act, { ...state, outbox: state.outbox.filter((pending) => pending !== found) }];
}

function markOutgoing(
  state: ControlState,
  message_id: MessageId,
  change: Pick<OutgoingMessage, "state" | "refusal">,
): ControlState {
  const outgoing = state.outgoing.map((line) =>
    line.message_id === message_id ? { ...line, ...change } : line,
  );
  return { ...state, outgoing };
}

function done(state: ControlState, request: number): ControlStep {
  const [act, next] = take(state, request);
  if (act?.type !== "send-chat") return only(next);
  return only(markOutgoing(next, act.message_id, { state: "sent", refusal: null }));
}

function refused(
  state: ControlState,
  request: number,
  code: string,
  message: string,
  moment: Moment,
): ControlStep {
  if (state.link.phase === "knocking") return knockRefused(state, code, message, moment);
  const [act, next] = take(state, request);
  if (act === null) return only(next);
  const marked =
    act.type === "send-chat" ? markOutgoing(next, act.message_id, { state: "failed", refusal: code }) : next;
  return only(marked, { type: "act-refused", act, code });
}

/** A place that can no longer be taken back is given up for a new one; any other refusal to enter is final, bar haste. */
function knockRefused(state: ControlState, code: string, message: string, moment: Moment): ControlStep {
  if (code === "rate-limited") return breakLink({ ...state, attempt: Math.max(state.attempt, 7) }, moment);
  if (state.resume !== null && code !== "meeting-unknown") {
    return knock({ ...state, resume: null, snapshot: null }, moment.now_ms);
  }
  return finish(state, code, message);
}

type FrameOf<K extends ServerFrame["type"]> = Extract<ServerFrame, { type: K }>;
type FrameHandler<K extends ServerFrame["type"]> = (
  state: ControlState,
  frame: FrameOf<K>,
  moment: Moment,
) => ControlStep;

const ON_FRAME: { readonly [K in ServerFrame["type"]]: FrameHandler<K> } = {
  admitted,
  event: eventReceived,
  done: (state, frame) => done(state, frame.request),
  refused: (state, frame, moment) => refused(state, frame.request, frame.code, frame.message, moment),
  pong: (state) => only(state),
  media: (state, frame) => {
    const [act, next] = take(state, frame.request);
    if (act === null || state.resume === null) return only(next);
    const as = state.resume.participant_id;
    return only(next, { type: "media-granted", media: frame.media, as });
  },
  closed: (state, frame, moment) =>
    frame.code === "server-restarting"
      ? breakLink({ ...state, attempt: 0 }, moment)
      : finish(state, frame.code, frame.message),
};

function onFrame<K extends ServerFrame["type"]>(
  state: ControlState,
  frame: FrameOf<K>,
  moment: Moment,
): ControlStep {
  return ON_FRAME[frame.type](state, frame, moment);
}

function frameReceived(state: ControlState, line: string, moment: Moment): ControlStep {
  const heard: ControlState =
    state.link.phase === "open" ? { ...state, link: { ...state.link, heard_at_ms: moment.now_ms } } : state;
  const frame = parseServerFrame(line);
  return frame === null ? only(heard) : onFrame(heard, frame, moment);
}

function startAct(state: ControlState, act: Act, now_ms: number): ControlStep {
  if (state.link.phase === "closed" || state.leave_by_ms !== null) return only(state);
  if (act.type === "renew-media" && state.outbox.some((pending) => pending.act.type === "renew-media")) {
    return only(state);
  }
  if (act.type !== "send-chat") return sendAct(dropOpposite(state, act), act);
  const line: OutgoingMessage = {
    message_id: act.message_id,
    text: act.text,
    written_at_ms: now_ms,
    state: "sending",
    refusal: null,
  };
  const others = state.outgoing.filter((one) => one.message_id !== act.message_id);
  return sendAct({ ...state, outgoing: [...others, line] }, act);
}

/** Only the last wish about the hand counts while no link is open. */
function dropOpposite(state: ControlState, act: Act): ControlState {
  if (act.type === "renew-media" || state.link.phase === "open") return state;
  const hand = new Set<Act["type"]>(["raise-hand", "lower-hand"]);
  return { ...state, outbox: state.outbox.filter((pending) => !hand.has(pending.act.type)) };
}

function retryMessage(state: ControlState, message_id: MessageId, now_ms: number): ControlStep {
  const line = state.outgoing.find((one) => one.message_id === message_id && one.state === "failed");
  if (line === undefined) return only(state);
  return startAct(state, { type: "send-chat", message_id, text: line.text }, now_ms);
}

function leave(state: ControlState, now_ms: number): ControlStep {
  if (state.link.phase === "closed") return only(state);
  if (state.link.phase !== "open") return finish(state, "left", "");
  const request = state.request + 1;
  return only(
    { ...state, request, outbox: [], leave_by_ms: now_ms + LEAVE_GRACE_MS },
    { type: "send-frame", socket: state.socket, frame: { type: "leave", request } },
  );
}

function ping(state: ControlState, now_ms: number): ControlStep {
  if (state.link.phase !== "open") return only(state);
  const request = state.request + 1;
  const link: Link = { ...state.link, ping_at_ms: now_ms + PING_EVERY_MS };
  return only(
    { ...state, request, link },
    { type: "send-frame", socket: state.socket, frame: { type: "ping", request } },
  );
}

function tick(state: ControlState, moment: Moment): ControlStep {
  const { link } = state;
  const { now_ms } = moment;
  if (state.leave_by_ms !== null && now_ms >= state.leave_by_ms) return finish(state, "left", "");
  switch (link.phase) {
    case "waiting":
      return now_ms >= link.until_ms ? openSocket(state, now_ms) : only(state);
    case "opening":
    case "knocking":
      return now_ms >= link.deadline_ms ? breakLink(state, moment) : only(state);
    case "open":
      if (now_ms >= link.heard_at_ms + SILENCE_LIMIT_MS) return breakLink({ ...state, attempt: 0 }, moment);
      return now_ms >= link.ping_at_ms ? ping(state, now_ms) : only(state);
    default:
      return only(state);
  }
}

function socketClosed(state: ControlState, moment: Moment): ControlStep {
  if (state.leave_by_ms !== null) return finish(state, "left", "");
  const { phase } = state.link;
  return phase === "opening" || phase === "knocking" || phase === "open"
    ? breakLink(state, moment)
    : only(state);
}

/** News about a socket that is not the current one is history. */
function isStale(state: ControlState, input: ControlInput): boolean {
  return "socket" in input && input.socket !== state.socket;
}

type InputOf<K extends ControlInput["type"]> = Extract<ControlInput, { type: K }>;
type InputHandler<K extends ControlInput["type"]> = (
  state: ControlState,
  input: InputOf<K>,
  moment: Moment,
) => ControlStep;

const ON_INPUT: { readonly [K in ControlInput["type"]]: InputHandler<K> } = {
  join: (state, _, { now_ms }) => (state.link.phase === "idle" ? openSocket(state, now_ms) : only(state)),
  "socket-opened": (state, _, { now_ms }) =>
    state.link.phase === "opening" ? knock(state, now_ms) : only(state),
  "socket-closed": (state, _, moment) => socketClosed(state, moment),
  "frame-received": (state, input, moment) =>
    state.link.phase === "closed" ? only(state) : frameReceived(state, input.line, moment),
  "network-returned": (state, _, { now_ms }) =>
    state.link.phase === "waiting" ? openSocket({ ...state, attempt: 0 }, now_ms) : ping(state, now_ms),
  act: (state, input, { now_ms }) => startAct(state, input.act, now_ms),
  "retry-message": (state, input, { now_ms }) => retryMessage(state, input.message_id, now_ms),
  leave: (state, _, { now_ms }) => leave(state, now_ms),
  tick: (state, _, moment) => tick(state, moment),
};

function onInput<K extends ControlInput["type"]>(
  state: ControlState,
  input: InputOf<K>,
  moment: Moment,
): ControlStep {
  return ON_INPUT[input.type](state, input, moment);
}

export function stepControl(state: ControlState, input: ControlInput, moment: Moment): ControlStep {
  return isStale(state, input) ? only(state) : onInput(state, input, moment);
}

/** When the machine wants its next tick, or null while only the outside can move it. */
export function controlDeadline_ms({ link, leave_by_ms }: ControlState): number | null {
  switch (link.phase) {
    case "waiting":
      return earliest(link.until_ms, leave_by_ms);
    case "opening":
    case "knocking":
      return earliest(link.deadline_ms, leave_by_ms);
    case "open":
      return earliest(link.heard_at_ms + SILENCE_LIMIT_MS, link.ping_at_ms, leave_by_ms);
    default:
      return null;
  }
}
