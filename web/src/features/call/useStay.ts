import { useEffect } from "react";

/** What a screen lock is asked of; absent in some browsers and on pages without https. */
type WakeLock = Pick<Navigator["wakeLock"], "request">;

const ASK_AGAIN_MS = 5000;

/**
 * Keeps the screen on while a call is shown. Browsers let go of it when another tab comes to the front, so it is asked for
 * again and again, rather than listening for which tab that is: nobody's attention is anything this page knows.
 */
export function keepAwake(
  lock: WakeLock | undefined,
  repeat: (act: () => void, every_ms: number) => () => void,
): () => void {
  let held: WakeLockSentinel | null = null;
  let isAsking = false;
  let isOver = false;

  async function ask(): Promise<void> {
    if (lock === undefined || isAsking || held?.released === false) return;
    isAsking = true;
    try {
      const got = await lock.request("screen");
      if (isOver) void got.release();
      else held = got;
    } catch {
      // Another tab is in front, or the battery is low: the screen goes dark as it does elsewhere.
    }
    isAsking = false;
  }

  const stop = repeat(() => void ask(), ASK_AGAIN_MS);
  void ask();
  return () => {
    isOver = true;
    stop();
    void held?.release();
  };
}

function repeat(act: () => void, every_ms: number): () => void {
  const timer = window.setInterval(act, every_ms);
  return () => window.clearInterval(timer);
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
  useEffect(() => keepAwake(navigator.wakeLock, repeat), []);

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
