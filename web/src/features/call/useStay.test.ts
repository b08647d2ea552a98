import { describe, expect, test } from "vitest";
import { keepAwake } from "./useStay";

/** A page that can be hidden and shown, and a lock that browsers let go of when it is hidden. */
function stage() {
  const page = new EventTarget() as EventTarget & { visibilityState: DocumentVisibilityState };
  page.visibilityState = "visible";
  const held = new Set<{ released: boolean }>();
  const letGo = (one: { released: boolean }) => {
    one.released = true;
    held.delete(one);
  };
  let refuses = false;
  const lock = {
    request: () => {
      if (refuses) return Promise.reject(new DOMException("low battery", "NotAllowedError"));
      const one = { released: false, release: () => Promise.resolve(letGo(one)) };
      held.add(one);
      return Promise.resolve(one as unknown as WakeLockSentinel);
    },
  };
  const show = (state: DocumentVisibilityState) => {
    page.visibilityState = state;
    if (state === "hidden") held.forEach(letGo);
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
  return { page: page as unknown as Document, lock, held, show, settled, refuse: () => (refuses = true) };
}

describe("the screen of a phone", () => {
  test("stays on in a call, also after another app was in front", async () => {
    const { page, lock, held, show, settled } = stage();
    const end = keepAwake(lock, page);
    await settled();
    expect(held.size).toBe(1);
    show("hidden");
    expect(held.size).toBe(0);
    show("visible");
    show("visible");
    await settled();
    show("visible");
    await settled();
    expect(held.size).toBe(1);
    end();
    expect(held.size).toBe(0);
    show("visible");
    await settled();
    expect(held.size).toBe(0);
  });

  test("may go dark again after a call that ended while the browser was being asked", async () => {
    const { page, lock, held, settled } = stage();
    keepAwake(lock, page)();
    await settled();
    expect(held.size).toBe(0);
  });

  test("goes dark as ever where the browser has no such lock or refuses it", async () => {
    const { page, lock, held, settled, refuse } = stage();
    keepAwake(undefined, page)();
    refuse();
    const end = keepAwake(lock, page);
    await settled();
    expect(held.size).toBe(0);
    end();
  });
});
