import { useEffect } from "react";

/** What a screen lock is asked of; absent in some browsers and on pages without https. */
type WakeLock = Pick<Navigator["wakeLock"], "request">;

/** Keeps the screen on while a call is shown. Browsers let go of it with each change of tab, so it is asked for again. */
export function keepAwake(
  lock: WakeLock | undefined,
  page: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">,
): () => void {
  let held: WakeLockSentinel | null = null;
  let isAsking = false;
  let isOver = false;

  async function ask(): Promise<void> {
    const isNeeded = page.visibilityState === "visible" && !isAsking && held?.released !== false;
    if (lock === undefined || !isNeeded) return;
    isAsking = true;
    try {
      const got = await lock.request("screen");
      if (isOver) void got.release();
      else held = got;
    } catch {
      // A low battery, for one: the screen then goes dark as it does elsewhere.
    }
    isAsking = false;
  }

  const again = () => void ask();
  page.addEventListener("visibilitychange", again);
  void ask();
  return () => {
    isOver = true;
    page.removeEventListener("visibilitychange", again);
    void held?.release();
  };
}

function isHere(): boolean {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null && "isInCall" in state;
}

/** An entry of the tab's history that stands for "in the call": going back takes it away first. */
function putHere(): void {
  // With what the router keeps of its own there.
  window.history.pushState({ ...(window.history.state as object | null), isInCall: true }, "");
}

/**
 * A slip must not end a call: the browser asks before the tab is closed or loaded anew, and going back calls
 * `onBack` instead of leaving. The screen stays on meanwhile.
 */
export function useStay(onBack: () => void): void {
  useEffect(() => keepAwake(navigator.wakeLock, document), []);

  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);

  useEffect(() => {
    const back = () => {
      if (isHere()) return;
      putHere();
      onBack();
    };
    if (!isHere()) putHere();
    window.addEventListener("popstate", back);
    return () => {
      window.removeEventListener("popstate", back);
      if (isHere()) window.history.back();
    };
  }, [onBack]);
}
