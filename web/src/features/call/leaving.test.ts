import { expect, test } from "vitest";
import { initialRoom, stepRoom } from "../../room/room";
import { admittedLine, at, participant, snapshot, waiting } from "../../room/testing";
import { viewOf, type RoomView } from "../../room/view";
import type { Participant, Snapshot } from "../../room/wire";
import { heirsOf, isAskedBeforeLeaving, whatFollows } from "./leaving";

function seenBy(role: Participant["role"], others: Participant[], more: Partial<Snapshot> = {}): RoomView {
  const wishes = { name: "Ann", invitation: null, passcode: null, microphone: false, camera: false };
  const participants = [participant("ann", { role }), ...others];
  const line = admittedLine({ snapshot: snapshot({ participants, ...more }) });
  let state = initialRoom({ ...wishes, is_opening: false, place: null, is_reload: false });
  for (const input of [
    { type: "join" } as const,
    { type: "control", input: { type: "socket-opened", socket: 1 } } as const,
    { type: "control", input: { type: "frame-received", socket: 1, line } } as const,
  ]) {
    state = stepRoom(state, input, at(0)).state;
  }
  return viewOf(state);
}

const bob = participant("bob");
const cohost = participant("eva", { role: "cohost" });

test("a host is asked before leaving others alone, and nobody else is asked anything", () => {
  expect(isAskedBeforeLeaving(seenBy("host", [bob]))).toBe(true);
  expect(isAskedBeforeLeaving(seenBy("host", []))).toBe(false);
  expect(isAskedBeforeLeaving(seenBy("host", [], { waiting: [waiting("zoe")] }))).toBe(true);
  expect(isAskedBeforeLeaving(seenBy("participant", [bob, cohost]))).toBe(false);
});

test("a co-host is asked only when nobody else runs the room", () => {
  expect(isAskedBeforeLeaving(seenBy("cohost", [bob]))).toBe(true);
  expect(isAskedBeforeLeaving(seenBy("cohost", [bob, cohost]))).toBe(false);
  const away = { ...cohost, connected: false };
  expect(isAskedBeforeLeaving(seenBy("cohost", [bob, away]))).toBe(true);
});

test("the class goes to a co-host first, to another teacher then, to no pupil and nobody who is away", () => {
  const teacher = participant("tim", { provenance: "account" });
  const away = participant("ida", { role: "cohost", connected: false });
  const names = heirsOf(seenBy("host", [bob, teacher, away, cohost]).others).map((one) => one.id);
  expect(names).toEqual(["eva", "tim"]);
});

test("what follows is said as it will be", () => {
  expect(whatFollows(seenBy("host", [bob, cohost]).others, true)).toEqual({
    what: "goes-on",
    names: ["EVA"],
  });
  expect(whatFollows(seenBy("host", [bob]).others, true)).toEqual({ what: "pauses", names: [] });
  expect(whatFollows(seenBy("host", [bob]).others, false)).toEqual({ what: "unattended", names: [] });
});
