/** Some of a whole, by name, so that who shows them need not be drawn anew when the rest changes. */

/** Picks these parts; answers with the same object for as long as each of them is the same. */
export function partsOf<Whole extends object, Name extends keyof Whole>(
  names: readonly Name[],
): (whole: Whole) => Pick<Whole, Name> {
  let last: Pick<Whole, Name> | null = null;
  return (whole) => {
    if (last !== null && names.every((name) => Object.is(last?.[name], whole[name]))) return last;
    last = Object.fromEntries(names.map((name) => [name, whole[name]])) as Pick<Whole, Name>;
    return last;
  };
}
