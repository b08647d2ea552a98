/** The control channel's WebSockets: opens, writes and closes them by number, and reports what they hear. */
import { answersOverHttp, watchForDrops } from "./drops";
import type { ControlInput } from "../room/control";
import { SUBPROTOCOL, type ClientFrame } from "../room/wire";

export interface ControlSockets {
  /** `code`: the meeting's link, where it is known to have changed. */
  readonly open: (socket: number, code: string | null) => void;
  readonly send: (socket: number, frame: ClientFrame) => void;
  readonly close: (socket: number) => void;
}

/** Where the control channel of a meeting is, seen from a page at `origin`. */
export function controlUrl(origin: string, code: string): string {
  const url = new URL(`/api/v1/meetings/${encodeURIComponent(code)}/control`, origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export function openControlSockets(
  urlOf: (code: string | null) => string,
  onInput: (input: ControlInput) => void,
): ControlSockets {
  const sockets = new Map<number, WebSocket>();
  const drops = watchForDrops(answersOverHttp, () => onInput({ type: "sockets-dropped" }));

  const open = (socket: number, code: string | null) => {
    const channel = new WebSocket(urlOf(code), SUBPROTOCOL);
    sockets.set(socket, channel);
    channel.addEventListener("open", () => {
      drops.opened();
      onInput({ type: "socket-opened", socket });
    });
    channel.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (typeof event.data === "string") onInput({ type: "frame-received", socket, line: event.data });
    });
    // An "error" is always followed by "close", which says the same.
    channel.addEventListener("close", () => {
      sockets.delete(socket);
      drops.closed();
      onInput({ type: "socket-closed", socket });
    });
  };

  return {
    open,
    send: (socket, frame) => {
      const channel = sockets.get(socket);
      if (channel?.readyState === WebSocket.OPEN) channel.send(JSON.stringify(frame));
    },
    close: (socket) => sockets.get(socket)?.close(1000),
  };
}

/** Calls back when the browser says the network is there again. Nothing here depends on whether the page is looked at. */
export function watchNetwork(onReturn: () => void): () => void {
  window.addEventListener("online", onReturn);
  return () => window.removeEventListener("online", onReturn);
}
