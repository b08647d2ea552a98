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

/** Delay before attempt `attempt` (0 = the first): 100 ms doubling to 2 s, each up to a quarter longer by chance. */
export function retryDelay_ms(attempt: number, chance: number): number {
  const base_ms = Math.min(2000, 100 * 2 ** Math.min(attempt, 10));
  return attempt === 0 ? base_ms : base_ms * (1 + chance / 4);
}

/** The earliest of several deadlines, where null means none. */
export function earliest(...deadlines: readonly (number | null)[]): number | null {
  const set = deadlines.filter((one): one is number => one !== null);
  return set.length === 0 ? null : Math.min(...set);
}
