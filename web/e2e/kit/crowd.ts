/** People without a browser of their own: control channels out of one page, for a class that fills a room. */

import type { Page } from "playwright-core";

import { askInPage, good, type Ask } from "./meetings.ts";

interface Seat {
  /** The path of a personal link, or the code of the meeting for who is signed in. */
  readonly code: string;
  readonly invitation: string | null;
  readonly name: string;
}

/** What the server sent to a seat. */
export interface Frame {
  readonly type: string;
  readonly code?: string;
  readonly reason?: string;
  readonly participant_id?: string;
  readonly media?: { readonly token: string };
  readonly event?: Readonly<Record<string, unknown>> & { readonly type: string };
}

/** What a page with seats keeps of them. */
interface Held {
  seats?: WebSocket[];
  heard?: Frame[][];
  signals?: WebSocket[];
}

/** Runs in the page: opens a channel, knocks, answers what came of it ("admitted" or "waiting"), and stays. */
function sit(seat: Seat): Promise<Frame> {
  const held = window as unknown as Held;
  const url = new URL(`/api/v1/meetings/${seat.code}/control`, location.origin.replace(/^http/u, "ws"));
  const channel = new WebSocket(url, "preau.control.v1");
  (held.seats ??= []).push(channel);
  const frames: Frame[] = [];
  (held.heard ??= []).push(frames);
  return new Promise((resolve, reject) => {
    channel.addEventListener("open", () => {
      const { name, invitation } = seat;
      channel.send(
        JSON.stringify({ type: "knock", request: 1, name, resume: null, invitation, passcode: null }),
      );
    });
    channel.addEventListener("message", (event: MessageEvent<string>) => {
      const frame = JSON.parse(event.data) as Frame;
      frames.push(frame);
      if (frame.type === "admitted" || frame.type === "waiting") resolve(frame);
      if (frame.type === "refused" || frame.type === "closed") reject(new Error(frame.code ?? frame.type));
    });
    channel.addEventListener("close", () => reject(new Error("closed")));
  });
}

/** What the server said to one frame. */
interface Answer {
  readonly type: string;
  readonly request?: number;
  readonly code?: string;
  readonly secret?: string;
}

/** Runs in the page: everything the server has sent to a seat. */
function framesOf(seat: number): readonly Frame[] {
  return (window as unknown as Held).heard?.[seat] ?? [];
}

/** Runs in the page: one act on the channel that was opened as number `seat`; resolves with the answer. */
function say(given: { seat: number; frame: Record<string, unknown> }): Promise<Answer> {
  const { seats = [] } = window as unknown as Held;
  const channel = seats[given.seat];
  if (channel === undefined) return Promise.reject(new Error(`no seat ${given.seat}`));
  const request = 1000 + Math.floor(performance.now());
  return new Promise((resolve) => {
    channel.addEventListener("message", (event: MessageEvent<string>) => {
      const frame = JSON.parse(event.data) as Answer;
      if (frame.request === request) resolve(frame);
    });
    channel.send(JSON.stringify({ ...given.frame, request }));
  });
}

/** Runs in the page: enters the media room as one seat's participant, hearing and showing nothing; stays. */
function enterMedia(seat: number): Promise<void> {
  const held = window as unknown as Held;
  const token = held.heard?.[seat]?.find(({ type }) => type === "admitted")?.media?.token ?? "";
  const asked = new URLSearchParams({ access_token: token, protocol: "16", auto_subscribe: "0" });
  const signals = new WebSocket(`${location.origin.replace(/^http/u, "ws")}/rtc?${asked}`);
  (held.signals ??= []).push(signals);
  return new Promise((resolve, reject) => {
    signals.addEventListener("message", () => resolve());
    signals.addEventListener("close", () => reject(new Error("not let into the media room")));
  });
}

export interface Seated {
  readonly seat: number;
  /** "admitted" or "waiting". */
  readonly came: string;
  /** The participant the seat is. */
  readonly id: string;
}

/** A page at the origin of the product from which people sit down; they leave when it closes. */
export class Crowd {
  readonly #page: Page;
  #seats = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Sits somebody down by their personal link or, with `invitation` null, as whoever the page is. */
  async seat(code: string, name: string, link: string | null): Promise<Seated> {
    const invitation = link === null ? null : new URL(link).hash.slice(1);
    const { type, participant_id = "" } = await this.#page.evaluate(sit, { code, name, invitation });
    this.#seats += 1;
    return { seat: this.#seats - 1, came: type, id: participant_id };
  }

  /** Everything the server has sent to a seat so far. */
  heard(seat: number): Promise<readonly Frame[]> {
    return this.#page.evaluate(framesOf, seat);
  }

  /** Whoever was admitted there is in the media room too, as with a page. */
  enterMedia(seat: number): Promise<void> {
    return this.#page.evaluate(enterMedia, seat);
  }

  say(seat: number, frame: Record<string, unknown>): Promise<Answer> {
    return this.#page.evaluate(say, { seat, frame });
  }

  /** Sends one request to the API as whoever the page is; answers the body. */
  readonly ask: Ask = async (method, path, body) =>
    good(path, await this.#page.evaluate(askInPage, { method, path, body }));

  async close(): Promise<void> {
    await this.#page.context().close();
  }
}
