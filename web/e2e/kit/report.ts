/** Measured figures, one JSON line each, so that they can be quoted and compared. */

/** Prints `{"measured": name, ...figures}` on a line of its own. Numbers are rounded to 0.1. */
export function measured(name: string, figures: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify({ measured: name, ...figures }, (_key, value: unknown) =>
    typeof value === "number" ? Math.round(value * 10) / 10 : value,
  );
  process.stdout.write(`${line}\n`);
}

/** The p-th percentile (0..100) by nearest rank. Fails on an empty list. */
export function percentile(values: readonly number[], p: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((p / 100) * ordered.length));
  const value = ordered[rank - 1];
  if (value === undefined) throw new Error("percentile of no values");
  return value;
}
