/** A running call outside of React: the room's machine, its clock, and the drivers that do what it asks. */
import { controlUrl, openControlSockets, watchNetwork, type ControlSockets } from "../../control";
import { loadMediaLink, type ChosenDevices, type MediaLink, type MediaReports } from "../../rtc";
import type { PictureKey } from "../../room/facts";
import type { ControlInput } from "../../room/control";
import {
  initialRoom,
  roomDeadline_ms,
  stepRoom,
  type RoomEffect,
  type RoomInput,
  type Wishes,
} from "../../room/room";
import { placeOf, type Place } from "../../room/place";
import { reuse } from "../../room/reuse";
import { viewOf, type RoomView } from "../../room/view";
import type { Act, MessageId } from "../../room/wire";
import { afterFrame, paced } from "./pace";

export interface JoinWishes extends Wishes {
  readonly devices: ChosenDevices;
}

export type Media = Pick<
  MediaLink,
  "connect" | "disconnect" | "setSource" | "stopSources" | "attach" | "startSound" | "chooseDevice" | "close"
>;

/** Everything outside the machine, so that a test can stand in for it. */
export interface CallParts {
  readonly openSockets: (onInput: (input: ControlInput) => void) => ControlSockets;
  readonly openMedia: (devices: ChosenDevices, reports: MediaReports) => Promise<Media>;
  /** Keeps what leads back after the page is loaded again; null: nothing does any more. */
  readonly keepPlace: (place: Place | null) => void;
  readonly watchNetwork: (onReturn: () => void) => () => void;
  readonly now_ms: () => number;
  readonly chance: () => number;
  /** Calls back once after a delay; returns how to give that up. */
  readonly after: (delay_ms: number, callback: () => void) => () => void;
  /** Calls back once, when the page has drawn. */
  readonly afterFrame: (callback: () => void) => void;
}

/** `code`: the meeting's link by which the person came. */
export function browserParts(
  origin: string,
  code: string,
  keepPlace: (place: Place | null) => void,
): CallParts {
  return {
    openSockets: (onInput) => openControlSockets((now) => controlUrl(origin, now ?? code), onInput),
    openMedia: async (devices, reports) => new (await loadMediaLink())(devices, reports),
    keepPlace,
    watchNetwork,
    now_ms: () => performance.now(),
    chance: Math.random,
    after: (delay_ms, callback) => {
      const timer = setTimeout(callback, delay_ms);
      return () => clearTimeout(timer);
    },
    afterFrame,
  };
}

/** 128 random bits in hexadecimal, made by the page so that a line sent twice is written once. */
function newMessageId(): MessageId {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") as MessageId;
}

type EffectKind = RoomEffect["type"];
type EffectOf<K extends EffectKind> = Extract<RoomEffect, { type: K }>;

export class Call {
  readonly #parts: CallParts;
  readonly #sockets: ControlSockets;
  readonly #media: Promise<Media>;
  readonly #listeners = new Set<() => void>();
  readonly #unwatch: () => void;
  readonly #tell: () => void;
  readonly devices: ChosenDevices;
  #loadedMedia: Media | null = null;
  #state;
  #view: RoomView;
  #place: Place | null = null;
  #cancelTick: () => void = () => undefined;

  constructor(wishes: JoinWishes, parts: CallParts) {
    this.#parts = parts;
    this.devices = wishes.devices;
    this.#state = initialRoom(wishes);
    this.#view = viewOf(this.#state);
    this.#tell = paced(() => {
      for (const listener of this.#listeners) listener();
    }, parts.afterFrame);
    this.#sockets = parts.openSockets((input) => this.dispatch({ type: "control", input }));
    this.#media = parts.openMedia(wishes.devices, {
      onMedia: (input) => this.dispatch({ type: "media", input }),
      onSources: (input) => this.dispatch({ type: "sources", input }),
      onFacts: (facts) => this.dispatch({ type: "facts", facts }),
      onVoiceWhileMuted: () => this.dispatch({ type: "voice-while-muted" }),
    });
    void this.#media.then((media) => (this.#loadedMedia = media));
    this.#unwatch = parts.watchNetwork(() =>
      this.dispatch({ type: "control", input: { type: "network-returned" } }),
    );
    this.dispatch({ type: "join" });
  }

  /** `listener` hears of changes at most once a frame: a crowd at the door must not draw the page once for each. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What the room is like now, which listeners may still have to hear of. */
  readonly view = (): RoomView => this.#view;

  dispatch(input: RoomInput): void {
    const moment = { now_ms: this.#parts.now_ms(), chance: this.#parts.chance() };
    const step = stepRoom(this.#state, input, moment);
    const hasChanged = step.state !== this.#state;
    this.#state = step.state;
    this.#keepPlace();
    for (const effect of step.effects) this.#run(effect);
    this.#cancelTick();
    const due_ms = roomDeadline_ms(this.#state);
    if (due_ms !== null) {
      const delay_ms = Math.max(1, due_ms - this.#parts.now_ms());
      this.#cancelTick = this.#parts.after(delay_ms, () => this.dispatch({ type: "tick" }));
    }
    if (hasChanged) this.#show(reuse(this.#view, viewOf(this.#state)));
  }

  #keepPlace(): void {
    const place = reuse(this.#place, placeOf(this.#state));
    if (place === this.#place) return;
    this.#place = place;
    this.#parts.keepPlace(place);
  }

  /** Much that the machine notes, such as every answer to a ping, changes nothing that is seen. */
  #show(view: RoomView): void {
    if (view === this.#view) return;
    this.#view = view;
    this.#tell();
  }

  /** Asks the room for something; the answer shows in the view. */
  ask(act: Act): void {
    this.dispatch({ type: "ask", act });
  }

  say(text: string): void {
    this.dispatch({ type: "say", message_id: newMessageId(), text });
  }

  attach(picture: PictureKey, element: HTMLVideoElement): () => void {
    return this.#loadedMedia?.attach(picture, element) ?? (() => undefined);
  }

  startSound(): void {
    void this.#loadedMedia?.startSound();
  }

  async chooseDevice(kind: keyof ChosenDevices, deviceId: string): Promise<void> {
    await (await this.#media).chooseDevice(kind, deviceId);
  }

  /** Milliseconds on the clock the view's times are given in. */
  now_ms(): number {
    return this.#parts.now_ms();
  }

  #run<K extends EffectKind>(effect: EffectOf<K>): void {
    this.#runners[effect.type](effect);
  }

  readonly #runners: { readonly [K in EffectKind]: (effect: EffectOf<K>) => void } = {
    "open-socket": ({ socket, code }) => this.#sockets.open(socket, code),
    "close-socket": ({ socket }) => this.#sockets.close(socket),
    "send-frame": ({ socket, frame }) => this.#sockets.send(socket, frame),
    "connect-media": ({ connection, media }) =>
      this.#withMedia((link) => void link.connect(connection, media)),
    "disconnect-media": ({ connection }) => this.#withMedia((link) => link.disconnect(connection)),
    "set-source": ({ source, on }) => this.#withMedia((link) => link.setSource(source, on)),
    "stop-sources": () => this.#withMedia((link) => link.stopSources()),
    ended: () => {
      this.#unwatch();
      this.#withMedia((link) => link.close());
    },
  };

  /** At once when the library is there, so that a press still counts as one to the browser; else as soon as it is. */
  #withMedia(act: (media: Media) => void): void {
    if (this.#loadedMedia !== null) act(this.#loadedMedia);
    else void this.#media.then(act);
  }
}
