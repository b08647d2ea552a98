import { expect, test } from "vitest";
import { admittedLine } from "../../room/testing";
import type { ControlInput } from "../../room/control";
import type { PictureKey } from "../../room/facts";
import type { MediaReports } from "../../rtc";
import type { Place } from "../../room/place";
import { Call, type CallParts, type Media } from "./call";

/** Everything around the call, written down instead of done. */
function stage() {
  const done: string[] = [];
  const timers: { due_ms: number; callback: () => void }[] = [];
  const frames: (() => void)[] = [];
  const kept: (Place | null)[] = [];
  const clock = { now_ms: 0 };
  const hooks: { onInput?: (input: ControlInput) => void; reports?: MediaReports; onReturn?: () => void } =
    {};
  const media: Media = {
    connect: (connection, { token }) => Promise.resolve(void done.push(`connect ${connection} ${token}`)),
    disconnect: (connection) => void done.push(`disconnect ${connection}`),
    setSource: (source, on) => void done.push(`${source} ${on ? "on" : "off"}`),
    stopSources: () => void done.push("stop sources"),
    attach: (picture) => {
      done.push(`attach ${picture}`);
      return () => undefined;
    },
    startSound: () => Promise.resolve(),
    chooseDevice: (kind, id) => Promise.resolve(void done.push(`choose ${kind} ${id}`)),
    close: () => void done.push("close media"),
  };
  const parts: CallParts = {
    openSockets: (onInput) => {
      hooks.onInput = onInput;
      return {
        open: (socket) => void done.push(`open ${socket}`),
        send: (_, frame) => void done.push(`send ${frame.type}`),
        close: (socket) => void done.push(`close ${socket}`),
      };
    },
    openMedia: (_, reports) => {
      hooks.reports = reports;
      return Promise.resolve(media);
    },
    keepPlace: (place) => void kept.push(place),
    watchNetwork: (onReturn) => {
      hooks.onReturn = onReturn;
      return () => void done.push("unwatch network");
    },
    now_ms: () => clock.now_ms,
    chance: () => 0,
    after: (delay_ms, callback) => {
      const timer = { due_ms: clock.now_ms + delay_ms, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    afterFrame: (callback) => void frames.push(callback),
  };
  const passTo = (now_ms: number) => {
    clock.now_ms = now_ms;
    for (const timer of timers.filter((one) => one.due_ms <= now_ms)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  };
  const draw = () => {
    for (const callback of frames.splice(0)) callback();
  };
  return { done, kept, hooks, parts, passTo, timers, draw };
}

const DEVICES = { microphone: null, camera: null, speaker: null };
const WISHES = {
  name: "Ann",
  invitation: null,
  passcode: null,
  microphone: true,
  camera: false,
  is_opening: true,
  place: null,
  is_reload: false,
  devices: DEVICES,
};

test("acts reach the media in order, from before the library has loaded", async () => {
  const { done, hooks, parts } = stage();
  const call = new Call(WISHES, parts);
  expect(done).toEqual(["open 1"]);
  hooks.onInput?.({ type: "socket-opened", socket: 1 });
  hooks.onInput?.({ type: "frame-received", socket: 1, line: admittedLine() });
  await Promise.resolve();
  await Promise.resolve();
  expect(done).toEqual(["open 1", "send knock", "microphone on", "connect 1 grant-1"]);
  expect(call.view().phase).toBe("in");
});

test("one timer at a time wakes the machine", async () => {
  const { done, hooks, parts, passTo, timers } = stage();
  new Call(WISHES, parts);
  hooks.onInput?.({ type: "socket-closed", socket: 1 });
  expect(timers).toHaveLength(1);
  passTo(100);
  await Promise.resolve();
  expect(done).toContain("open 2");
  expect(timers).toHaveLength(1);
});

test("listeners hear of what changes what is seen, and of nothing else", () => {
  const { hooks, parts, draw } = stage();
  const call = new Call(WISHES, parts);
  let heard = 0;
  const unsubscribe = call.subscribe(() => (heard += 1));
  hooks.onInput?.({ type: "socket-opened", socket: 1 });
  hooks.onInput?.({ type: "frame-received", socket: 1, line: admittedLine() });
  draw();
  draw();
  const after_admission = heard;
  expect(after_admission).toBeGreaterThan(0);
  const seen = call.view();
  hooks.onInput?.({ type: "frame-received", socket: 1, line: '{"type":"pong","request":2}' });
  expect(heard).toBe(after_admission);
  expect(call.view()).toBe(seen);
  call.dispatch({ type: "voice-while-muted" });
  hooks.onInput?.({ type: "frame-received", socket: 1, line: '{"type":"asked-to-unmute","by":"Bob"}' });
  draw();
  expect(heard).toBe(after_admission + 1);
  expect(call.view().others).toBe(seen.others);
  unsubscribe();
  hooks.onInput?.({ type: "frame-received", socket: 1, line: '{"type":"closed","code":"removed"}' });
  draw();
  expect(heard).toBe(after_admission + 1);
});

test("the end stops everything", async () => {
  const { done, hooks, parts, timers } = stage();
  const call = new Call(WISHES, parts);
  await Promise.resolve();
  hooks.onInput?.({ type: "socket-opened", socket: 1 });
  hooks.onInput?.({ type: "frame-received", socket: 1, line: admittedLine() });
  hooks.onInput?.({ type: "frame-received", socket: 1, line: '{"type":"closed","code":"removed"}' });
  expect(done.slice(-5)).toEqual([
    "close 1",
    "disconnect 1",
    "stop sources",
    "unwatch network",
    "close media",
  ]);
  expect(call.view().ending).toEqual({ code: "removed", message: "", reason: null });
  expect(timers).toEqual([]);
});

test("a picture asked for before the library has loaded is none", async () => {
  const { done, parts } = stage();
  const call = new Call(WISHES, parts);
  const element = {} as HTMLVideoElement;
  call.attach("bob/1" as PictureKey, element)();
  expect(done).not.toContain("attach bob/1");
  await Promise.resolve();
  call.attach("bob/1" as PictureKey, element)();
  expect(done).toContain("attach bob/1");
});
