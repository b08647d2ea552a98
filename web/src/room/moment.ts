/** What a step of a machine is told besides its input: the machines read no clock and throw no dice. */
export interface Moment {
  /** Milliseconds on a monotonic clock. */
  readonly now_ms: number;
  /** Uniform in [0, 1): spreads reconnecting pages apart in time. */
  readonly chance: number;
}

/** The outcome of a step: the state that follows and what the driver must do, in order. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A restarting server is back within a second or two: the first tries are close together. */
const RETRY_DELAYS_MS = [100, 200, 400, 400, 400, 400, 800, 1600] as const;
const LONGEST_RETRY_DELAY_MS = 2000;

/** Delay before attempt `attempt` (0 = the first), each but the first up to a quarter longer by chance. */
export function retryDelay_ms(attempt: number, chance: number): number {
  const base_ms = RETRY_DELAYS_MS[attempt] ?? LONGEST_RETRY_DELAY_MS;
  return attempt === 0 ? base_ms : base_ms * (1 + chance / 4);
}

/** The earliest of several deadlines, where null means none. */
export function earliest(...deadlines: readonly (number | null)[]): number | null {
  const set = deadlines.filter((one): one is number => one !== null);
  return set.length === 0 ? null : Math.min(...set);
}
