/** Whether something on the way drops WebSockets: the server answers a page's questions, and no channel ever opens. */

/** A single failure is a restart or a lost packet. */
const TRIES = 3;

export interface DropWatch {
  readonly opened: () => void;
  /** A channel is closed, whether it was ever open or not. */
  readonly closed: () => void;
}

/** `isReached`: asks the server anything over HTTP. Once a channel opened, what closes later has other reasons. */
export function watchForDrops(isReached: () => Promise<boolean>, onDropped: () => void): DropWatch {
  let failures = 0;
  let hasOpened = false;
  return {
    opened: () => {
      hasOpened = true;
    },
    closed: () => {
      failures += 1;
      if (hasOpened || failures < TRIES) return;
      void isReached().then((answers) => {
        if (answers && !hasOpened) onDropped();
      });
    },
  };
}

/** Whether the server behind this page's origin answers. */
export async function answersOverHttp(): Promise<boolean> {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
