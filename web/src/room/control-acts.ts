/**
 * The outbox: acts live here until the server answers them, and are sent again on the next link. A chat line keeps its
 * message id, so the server writes it once however often it arrives.
 */
import {
  isUp,
  only,
  type ControlEffect,
  type ControlState,
  type ControlStep,
  type OutgoingMessage,
} from "./control-state";
import type { Act, MessageId } from "./wire";

function sendAct(state: ControlState, act: Act): ControlStep {
  const request = state.request + 1;
  const next = { ...state, request, outbox: [...state.outbox, { request, act }] };
  if (!isUp(state)) return only(next);
  return only(next, { type: "send-frame", socket: state.socket, frame: { ...act, request } });
}

/** Everything unanswered goes out again on a new link, in the order it was asked for. */
export function resendAll(state: ControlState): ControlStep {
  const effects = state.outbox.map(({ act, request }): ControlEffect => ({
    type: "send-frame",
    socket: state.socket,
    frame: { ...act, request },
  }));
  return { state, effects };
}

/** A line the snapshot holds is no longer ours to show as outgoing. */
export function settleOutgoing(state: ControlState): ControlState {
  const { snapshot } = state;
  if (snapshot === null || state.outgoing.length === 0) return state;
  const written = new Set(snapshot.chat.map((message) => message.message_id));
  const outgoing = state.outgoing.filter((line) => !written.has(line.message_id));
  return outgoing.length === state.outgoing.length ? state : { ...state, outgoing };
}

/** Takes the act that this request was about out of the outbox. */
export function take(state: ControlState, request: number): [Act | null, ControlState] {
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

export function actDone(state: ControlState, request: number): ControlStep {
  const [act, next] = take(state, request);
  if (act === null) return only(next);
  const settled =
    act.type === "send-chat" ? markOutgoing(next, act.message_id, { state: "sent", refusal: null }) : next;
  return only(act.type === "leave-note" ? noteLeft(settled) : settled, { type: "act-done", act });
}

/** The one line to the host is there, whether just now or from before. */
function noteLeft(state: ControlState): ControlState {
  return state.door === null ? state : { ...state, door: { ...state.door, note_left: true } };
}

export function actRefused(state: ControlState, request: number, code: string): ControlStep {
  const [act, next] = take(state, request);
  if (act === null) return only(next);
  if (code === "note-left-already") return only(noteLeft(next));
  const marked =
    act.type === "send-chat" ? markOutgoing(next, act.message_id, { state: "failed", refusal: code }) : next;
  return only(marked, { type: "act-refused", act, code });
}

/** Wishes that undo one another: only the last counts while no link is up. */
const OPPOSITES: readonly ReadonlySet<Act["type"]>[] = [
  new Set<Act["type"]>(["raise-hand", "lower-hand"]),
  new Set<Act["type"]>(["freeze", "thaw"]),
  new Set<Act["type"]>(["lock", "unlock"]),
];

function dropOpposite(state: ControlState, act: Act): ControlState {
  const group = OPPOSITES.find((one) => one.has(act.type));
  if (group === undefined || isUp(state)) return state;
  return { ...state, outbox: state.outbox.filter((pending) => !group.has(pending.act.type)) };
}

export function startAct(state: ControlState, act: Act, now_ms: number): ControlStep {
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

export function retryMessage(state: ControlState, message_id: MessageId, now_ms: number): ControlStep {
  const line = state.outgoing.find((one) => one.message_id === message_id && one.state === "failed");
  if (line === undefined) return only(state);
  return startAct(state, { type: "send-chat", message_id, text: line.text }, now_ms);
}
