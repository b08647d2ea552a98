/** How often a page shows what changes: the first change at once, whatever else comes together after the next frame. */

type Phase = "quiet" | "shown" | "owing";

/** Answers what to call after every change. `afterFrame` calls back once, when the page has drawn. */
export function paced(show: () => void, afterFrame: (callback: () => void) => void): () => void {
  let phase: Phase = "quiet";
  function showNow(): void {
    phase = "shown";
    afterFrame(onFrame);
    show();
  }
  function onFrame(): void {
    if (phase === "owing") showNow();
    else phase = "quiet";
  }
  return () => {
    if (phase === "quiet") showNow();
    else phase = "owing";
  };
}

/** A page that nobody looks at has no frames; its title and its announcements go on. */
const LONGEST_FRAME_MS = 100;

/**
 * Calls back once the browser's next frame is drawn, or when that is long in coming; answers how to give that up. After
 * the frame and not in it: what is made then must not hold up the frame that is due.
 */
export function afterFrame(callback: () => void): () => void {
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(callback);
  });
  let timer = setTimeout(() => {
    cancelAnimationFrame(frame);
    callback();
  }, LONGEST_FRAME_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
