import { useCallback, useEffect, useState } from "react";

const SHOWN_MS = 2500;

export type Copied = "ready" | "copied" | "by-hand";

/** Puts text on the clipboard; "by-hand" where the browser forbids that. */
export function useCopied(): readonly [Copied, (text: string) => void, () => void] {
  const [state, setState] = useState<Copied>("ready");
  useEffect(() => {
    if (state !== "copied") return undefined;
    const timer = window.setTimeout(() => setState("ready"), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [state]);
  const copy = useCallback((text: string) => {
    // Without https there is no clipboard at all.
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    writing.then(
      () => setState("copied"),
      () => setState("by-hand"),
    );
  }, []);
  const reset = useCallback(() => setState("ready"), []);
  return [state, copy, reset];
}
