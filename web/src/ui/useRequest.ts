import { useState } from "react";

/** What somebody asked of the server: whether the answer is still awaited, and why it was not given. */
export function useRequest() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  function ask<Answer>(request: Promise<Answer>, onDone: (answer: Answer) => void) {
    setBusy(true);
    setError(null);
    void request.then(onDone, setError).finally(() => setBusy(false));
  }
  return { ask, isBusy, error };
}
