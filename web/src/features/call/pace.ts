/** How often a page shows what changes: the first change at once, whatever else comes with the next frame together. */

type Phase = "quiet" | "shown" | "owing";

/** Answers what to call after every change. `nextFrame` calls back once, when the page may draw again. */
export function paced(show: () => void, nextFrame: (callback: () => void) => void): () => void {
  let phase: Phase = "quiet";
  function showNow(): void {
    phase = "shown";
    nextFrame(onFrame);
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

/** Calls back with the browser's next frame, or when that is long in coming; answers how to give that up. */
export function nextFrame(callback: () => void): () => void {
  const giveUp = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  const run = () => {
    giveUp();
    callback();
  };
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, LONGEST_FRAME_MS);
  return giveUp;
}
