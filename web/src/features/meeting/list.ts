/** What becomes of each person of a list: decided by default, changed by whoever looks. Pure. */
import { isApiError, type ColumnUse, type Invitee, type ListedPerson, type ListPreview } from "../../api";

export const DECISIONS = ["add", "leave", "keep", "update", "another"] as const;
export type Decision = (typeof DECISIONS)[number];

/** Decisions by line; whoever is not in it is as by default. */
export type Decisions = ReadonlyMap<number, Decision>;

/** What can be done with somebody; the first is what happens when nobody chooses. */
export function decisionsFor(person: ListedPerson): readonly [Decision, ...Decision[]] {
  if (person.known?.how === "address-new") return ["update", "keep", "another"];
  if (person.known?.how === "address-other") return ["keep", "update", "another"];
  if (person.known !== null) return ["keep", "another"];
  if (person.twice_of !== null) return ["leave", "another"];
  return ["add", "leave"];
}

export function decisionOf(person: ListedPerson, decisions: Decisions): Decision {
  const options = decisionsFor(person);
  const chosen = decisions.get(person.line);
  return chosen !== undefined && options.includes(chosen) ? chosen : options[0];
}

/** Whether somebody should look at this person before there are links. */
export function isDoubtful(person: ListedPerson): boolean {
  return person.doubts.length > 0 || person.known !== null;
}

/** Those for whom something is asked of the server, in the order of the list. */
export function peopleToInvite(people: readonly ListedPerson[], decisions: Decisions): readonly Invitee[] {
  const sameName = new Map<number, number>();
  return people.flatMap((person): readonly Invitee[] => {
    const decision = decisionOf(person, decisions);
    const group = person.twice_of ?? person.line;
    if (decision === "leave" || decision === "keep") return [];
    const { name, email, more_emails, known } = person;
    if (decision === "update" && known !== null) return [{ name, email, more_emails, updates: known.id }];
    const before = sameName.get(group) ?? 0;
    sameName.set(group, before + 1);
    // Those of this name who are there already, and those before on the list who get a link now.
    const others = before + (known === null ? 0 : 1);
    return [{ name, email, more_emails, others }];
  });
}

/** How many new links that makes. */
export function linkCount(people: readonly ListedPerson[], decisions: Decisions): number {
  const chosen = people.map((person) => decisionOf(person, decisions));
  return chosen.filter((decision) => decision === "add" || decision === "another").length;
}

/** First and family names the other way round; null where the list does not have both. */
export function swapped({ columns }: ListPreview): readonly ColumnUse[] | null {
  const uses = columns.map(({ use }) => use);
  if (!uses.includes("family") || !uses.includes("given")) return null;
  const other: Partial<Record<ColumnUse, ColumnUse>> = { family: "given", given: "family" };
  return uses.map((use) => other[use] ?? use);
}

const PROBLEM_FIELDS = ["name", "email", "more_emails", "role"] as const;

export interface Problem {
  readonly name: string;
  readonly field: (typeof PROBLEM_FIELDS)[number];
}

/** Whom the server refused, and which of their fields; empty for every other error. */
export function problemsOf(error: unknown, people: readonly Invitee[]): readonly Problem[] {
  if (!isApiError(error, "invalid-fields")) return [];
  return Object.keys(error.fields).flatMap((key) => {
    const found = /^people\.(\d+)\.(\w+)$/u.exec(key);
    const person = people[Number(found?.[1])];
    const field = PROBLEM_FIELDS.find((one) => one === found?.[2]);
    return person === undefined || field === undefined ? [] : [{ name: person.name, field }];
  });
}
