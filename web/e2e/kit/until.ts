/** Waiting for a condition with a deadline: the only way these tests let time pass. */

export interface Deadline {
  /** Longest wait in milliseconds. */
  readonly within_ms: number;
  /** Pause between two looks in milliseconds. */
  readonly every_ms?: number;
}

type Falsy = false | null | undefined | "" | 0;

/**
 * Looks until `look` answers something truthy and returns it.
 *
 * Fails, naming `what` and what was seen last, once the deadline has passed. A look that throws
 * counts as "not yet": pages navigate and elements come and go while we wait.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | Falsy> | T | Falsy,
  deadline: Deadline,
): Promise<T> {
  const end = performance.now() + deadline.within_ms;
  let last: unknown;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${deadline.within_ms} ms (last: ${describe(last)})`);
    }
    await new Promise((resolve) => setTimeout(resolve, deadline.every_ms ?? 100));
  }
}

function describe(value: unknown): string {
  if (value instanceof Error) return value.message;
  return JSON.stringify(value) ?? String(value);
}
