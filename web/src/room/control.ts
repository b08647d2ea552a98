/**
 * One participant's end of the control channel, without its WebSocket.
 *
 * A link goes waiting → opening → knocking → open, by way of the door where somebody has to let the person in, and
 * back to waiting whenever it breaks; it ends in closed and never leaves it. Every socket has a number, so that late
 * news of an old one is ignored. A place, inside or at the door, is taken back with the secret it came with. A hole in
 * the sequence of events is mended by knocking again with the last sequence seen.
 */
import { actDone, actRefused, resendAll, retryMessage, settleOutgoing, startAct, take } from "./control-acts";
import {
  breakFor,
  breakLink,
  finish,
  isUp,
  KNOCK_AGAIN_AFTER_MS,
  KNOCK_TIMEOUT_MS,
  LEAVE_GRACE_MS,
  only,
  OPEN_TIMEOUT_MS,
  PING_EVERY_MS,
  SILENCE_LIMIT_MS,
  type ControlState,
  type ControlStep,
  type Link,
} from "./control-state";
import { earliest, type Moment } from "./moment";
import { applyEvent } from "./snapshot";
import type {
  Act,
  AdmittedFrame,
  ClientFrame,
  EventFrame,
  MessageId,
  ServerFrame,
  Snapshot,
  WaitingFrame,
} from "./wire";
import { parseServerFrame } from "./wire-frames";

export * from "./control-state";

export type ControlInput =
  | { readonly type: "join" }
  | { readonly type: "socket-opened"; readonly socket: number }
  | { readonly type: "socket-closed"; readonly socket: number }
  /** The server is reached, and something on the way drops the channel's sockets. */
  | { readonly type: "sockets-dropped" }
  | { readonly type: "frame-received"; readonly socket: number; readonly line: string }
  | { readonly type: "network-returned" }
  | { readonly type: "act"; readonly act: Act }
  | { readonly type: "retry-message"; readonly message_id: MessageId }
  | { readonly type: "leave" }
  | { readonly type: "tick" };

function openSocket(state: ControlState, now_ms: number): ControlStep {
  const socket = state.socket + 1;
  const link: Link = { phase: "opening", deadline_ms: now_ms + OPEN_TIMEOUT_MS };
  const broken_since_ms = state.broken_since_ms ?? now_ms;
  return only({ ...state, socket, link, broken_since_ms }, { type: "open-socket", socket, code: state.code });
}

function knock(state: ControlState, now_ms: number): ControlStep {
  const request = state.request + 1;
  const last_sequence = state.snapshot?.sequence ?? 0;
  const resume = state.resume && { ...state.resume, last_sequence };
  const link: Link = { phase: "knocking", deadline_ms: now_ms + KNOCK_TIMEOUT_MS };
  const frame: ClientFrame = { type: "knock", request, ...state.caller, resume };
  return only({ ...state, request, link }, { type: "send-frame", socket: state.socket, frame });
}

function heard(now_ms: number) {
  return { heard_at_ms: now_ms, ping_at_ms: now_ms + PING_EVERY_MS };
}

function admitted(state: ControlState, frame: AdmittedFrame, { now_ms }: Moment): ControlStep {
  const { phase } = state.link;
  if (phase !== "knocking" && phase !== "at-door") return only(state);
  // A fresh grant arrives with each admission, so a renewal that was waiting has its answer; a line to the host has
  // done its work.
  const outbox = state.outbox.filter(({ act }) => act.type !== "renew-media" && act.type !== "leave-note");
  const next = settleOutgoing({
    ...state,
    link: { phase: "open", ...heard(now_ms) },
    attempt: 0,
    resume: { participant_id: frame.participant_id, secret: frame.secret },
    door: null,
    is_held_off: false,
    is_reload: false,
    was_resumed: frame.resumed,
    report_ticket: frame.report_ticket,
    snapshot: frame.snapshot ?? state.snapshot,
    code: frame.snapshot?.meeting.code ?? state.code,
    outbox,
    broken_since_ms: null,
  });
  const resent = resendAll(next);
  return {
    state: resent.state,
    effects: [{ type: "media-granted", media: frame.media, as: frame.participant_id }, ...resent.effects],
  };
}

function atDoor(state: ControlState, frame: WaitingFrame, { now_ms }: Moment): ControlStep {
  const { phase } = state.link;
  if (phase !== "knocking" && phase !== "at-door") return only(state);
  const { has_host, host, note_left, is_second_device } = frame;
  const door = { has_host, host, note_left, is_second_device };
  const resume = { participant_id: frame.participant_id, secret: frame.secret };
  if (phase === "at-door") return only({ ...state, door, resume });
  return resendAll({
    ...state,
    link: { phase: "at-door", ...heard(now_ms) },
    attempt: 0,
    resume,
    is_reload: false,
    door,
    is_held_off: false,
    // Who waits has lost the place inside, and whatever was to be done there.
    snapshot: null,
    outbox: state.outbox.filter(({ act }) => act.type === "leave-note"),
    broken_since_ms: null,
  });
}

function eventReceived(state: ControlState, frame: EventFrame, moment: Moment): ControlStep {
  const { snapshot } = state;
  if (snapshot === null || frame.sequence <= snapshot.sequence) return only(state);
  if (frame.sequence > snapshot.sequence + 1) return breakLink({ ...state, attempt: 0 }, moment);
  const after = applyEvent(snapshot, frame);
  const next = settleOutgoing({ ...state, snapshot: after, code: after.meeting.code });
  return frame.event === null ? only(next) : only(next, { type: "event-applied", event: frame.event });
}

function snapshotReceived(state: ControlState, snapshot: Snapshot): ControlStep {
  return state.link.phase === "open" ? only(settleOutgoing({ ...state, snapshot })) : only(state);
}

function refused(state: ControlState, frame: FrameOf<"refused">, moment: Moment): ControlStep {
  return state.link.phase === "knocking"
    ? knockRefused(state, frame, moment)
    : actRefused(state, frame.request, frame.code);
}

/** A place that can no longer be taken back is given up for a new one; any other refusal to enter is final, bar haste. */
function knockRefused(state: ControlState, frame: FrameOf<"refused">, moment: Moment): ControlStep {
  const { code, message, retry_after_s } = frame;
  if (code === "rate-limited") {
    const least_ms = retry_after_s === null ? KNOCK_AGAIN_AFTER_MS : retry_after_s * 1000;
    const delay_ms = least_ms * (1 + moment.chance / 4);
    return breakFor({ ...state, is_held_off: true }, delay_ms, moment.now_ms);
  }
  if (state.resume !== null && code === "resume-unknown" && !state.is_reload) {
    return knock({ ...state, resume: null, snapshot: null, door: null }, moment.now_ms);
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
  waiting: atDoor,
  event: eventReceived,
  snapshot: (state, frame) => snapshotReceived(state, frame.snapshot),
  done: (state, frame) => actDone(state, frame.request),
  refused,
  pong: (state) => only(state),
  media: (state, frame) => {
    const [act, next] = take(state, frame.request);
    if (act === null || state.resume === null) return only(next);
    const as = state.resume.participant_id;
    return only(next, { type: "media-granted", media: frame.media, as });
  },
  "asked-to-unmute": (state, { by }) => only(state, { type: "asked-to-unmute", by }),
  reported: (state, { request, case_number, secret }) => {
    const [, next] = take(state, request);
    return only(next, { type: "reported", case_number, secret });
  },
  closed: (state, frame, moment) =>
    frame.code === "server-restarting"
      ? breakLink({ ...state, attempt: 0 }, moment)
      : finish(state, frame.code, frame.message, frame.reason),
};

function onFrame<K extends ServerFrame["type"]>(
  state: ControlState,
  frame: FrameOf<K>,
  moment: Moment,
): ControlStep {
  return ON_FRAME[frame.type](state, frame, moment);
}

function frameReceived(state: ControlState, line: string, moment: Moment): ControlStep {
  const { link } = state;
  const next: ControlState =
    link.phase === "open" || link.phase === "at-door"
      ? { ...state, link: { ...link, heard_at_ms: moment.now_ms } }
      : state;
  const frame = parseServerFrame(line);
  return frame === null ? only(next) : onFrame(next, frame, moment);
}

function leave(state: ControlState, now_ms: number): ControlStep {
  if (state.link.phase === "closed") return only(state);
  if (!isUp(state)) return finish(state, "left", "");
  const request = state.request + 1;
  return only(
    { ...state, request, outbox: [], leave_by_ms: now_ms + LEAVE_GRACE_MS },
    { type: "send-frame", socket: state.socket, frame: { type: "leave", request } },
  );
}

function ping(state: ControlState, now_ms: number): ControlStep {
  const { link } = state;
  if (link.phase !== "open" && link.phase !== "at-door") return only(state);
  const request = state.request + 1;
  return only(
    { ...state, request, link: { ...link, ping_at_ms: now_ms + PING_EVERY_MS } },
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
    case "at-door":
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
  return phase === "opening" || phase === "knocking" || isUp(state) ? breakLink(state, moment) : only(state);
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
  join: (state, _, { now_ms }) => (state.link.phase === "new" ? openSocket(state, now_ms) : only(state)),
  "socket-opened": (state, _, { now_ms }) =>
    state.link.phase === "opening" ? knock({ ...state, is_dropped: false }, now_ms) : only(state),
  "socket-closed": (state, _, moment) => socketClosed(state, moment),
  "sockets-dropped": (state) =>
    state.link.phase === "opening" || state.link.phase === "waiting"
      ? only({ ...state, is_dropped: true })
      : only(state),
  "frame-received": (state, input, moment) =>
    state.link.phase === "closed" ? only(state) : frameReceived(state, input.line, moment),
  "network-returned": (state, _, { now_ms }) =>
    state.link.phase === "waiting" && !state.is_held_off
      ? openSocket({ ...state, attempt: 0 }, now_ms)
      : ping(state, now_ms),
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
    case "at-door":
    case "open":
      return earliest(link.heard_at_ms + SILENCE_LIMIT_MS, link.ping_at_ms, leave_by_ms);
    default:
      return null;
  }
}
