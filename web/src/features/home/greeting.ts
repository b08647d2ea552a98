export type PartOfDay = "morning" | "afternoon" | "evening";

/** What one says at this hour, 0–23, of the person's own clock. */
export function partOfDay(hour: number): PartOfDay {
  if (hour >= 4 && hour < 12) return "morning";
  return hour >= 12 && hour < 18 ? "afternoon" : "evening";
}

/** The first word of a name, to greet by. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? name;
}

/** How many midnights lie between two moments on the person's own calendar. */
export function daysBetween(earlier: Date, later: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(later) - midnight(earlier)) / 86_400_000);
}
