import { useEffect, useRef, useState } from "react";

/**
 * For a button that is gone once it did its work: whoever pressed it by key goes on from `said`, the words that tell what
 * came of it. `state`: what changes when these words do.
 */
export function useOutcome(state: unknown) {
  const [isAsked, setAsked] = useState(false);
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isAsked && document.activeElement === document.body) said.current?.focus();
  }, [isAsked, state]);
  return { isAsked, setAsked, said };
}
