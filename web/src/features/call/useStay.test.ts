import { describe, expect, test } from "vitest";
import { keepAwake } from "./useStay";

/** A browser whose lock is gone when another tab comes to the front, and not given while one is there. */
function stage() {
  const held = new Set<{ released: boolean }>();
  const letGo = (one: { released: boolean }) => {
    one.released = true;
    held.delete(one);
  };
  let isInFront = true;
  const lock = {
    request: () => {
      if (!isInFront) return Promise.reject(new DOMException("another tab is in front", "NotAllowedError"));
      const one = { released: false, release: () => Promise.resolve(letGo(one)) };
      held.add(one);
      return Promise.resolve(one as unknown as WakeLockSentinel);
    },
  };
  let acts: (() => void)[] = [];
  const repeat = (act: () => void) => {
    acts.push(act);
    return () => {
      acts = acts.filter((one) => one !== act);
    };
  };
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  return {
    lock,
    held,
    repeat,
    settled,
    passTime: async () => {
      for (const act of acts) act();
      for (const act of acts) act();
      await settled();
    },
    putInFront: (now: boolean) => {
      isInFront = now;
      if (!now) held.forEach(letGo);
    },
  };
}

describe("the screen of a phone", () => {
  test("stays on in a call, also after another app was in front", async () => {
    const { lock, held, repeat, passTime, putInFront } = stage();
    const end = keepAwake(lock, repeat);
    await passTime();
    expect(held.size).toBe(1);
    putInFront(false);
    await passTime();
    expect(held.size).toBe(0);
    putInFront(true);
    await passTime();
    await passTime();
    expect(held.size).toBe(1);
    end();
    expect(held.size).toBe(0);
    await passTime();
    expect(held.size).toBe(0);
  });

  test("may go dark again after a call that ended while the browser was being asked", async () => {
    const { lock, held, repeat, settled } = stage();
    keepAwake(lock, repeat)();
    await settled();
    expect(held.size).toBe(0);
  });

  test("goes dark as ever where the browser has no such lock", async () => {
    const { held, repeat, passTime } = stage();
    const end = keepAwake(undefined, repeat);
    await passTime();
    expect(held.size).toBe(0);
    end();
  });
});
