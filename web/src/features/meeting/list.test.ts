import { describe, expect, it } from "vitest";
import { ApiError, type ListedPerson, type ListPreview } from "../../api";
import { decisionOf, decisionsFor, linkCount, peopleToInvite, problemsOf, swapped } from "./list";

const LEA: ListedPerson = {
  line: 2,
  name: "Léa Martin",
  email: "lea@x.example",
  more_emails: [],
  doubts: [],
  twice_of: null,
  known: null,
};
const THERE = { id: "inv_1", name: "Léa Martin", email: null, how: "same" } as const;

function person(changes: Partial<ListedPerson>): ListedPerson {
  return { ...LEA, ...changes };
}

describe("a list of people", () => {
  it("makes a link for who is new, and none for who is there or stands there twice", () => {
    const people = [
      LEA,
      person({ line: 3, twice_of: 2, doubts: ["twice"] }),
      person({ line: 4, name: "Tom", known: THERE }),
    ];
    expect(people.map((one) => decisionOf(one, new Map()))).toEqual(["add", "leave", "keep"]);
    expect(peopleToInvite(people, new Map())).toEqual([
      { name: "Léa Martin", email: "lea@x.example", more_emails: [], others: 0 },
    ]);
    expect(linkCount(people, new Map())).toBe(1);
  });

  it("updates an address that was missing, and keeps one that is another until somebody says so", () => {
    const bare = person({ known: { ...THERE, how: "address-new" } });
    const other = person({ line: 3, known: { ...THERE, how: "address-other" } });
    expect(decisionsFor(bare)[0]).toBe("update");
    expect(peopleToInvite([bare, other], new Map())).toEqual([
      { name: "Léa Martin", email: "lea@x.example", more_emails: [], updates: "inv_1" },
    ]);
    expect(peopleToInvite([other], new Map([[3, "update"]]))).toHaveLength(1);
  });

  it("counts those of one name, so that asking again makes no more of them", () => {
    const twins = [LEA, person({ line: 3, twice_of: 2 }), person({ line: 4, twice_of: 2 })];
    const both = new Map([
      [3, "another"],
      [4, "another"],
    ] as const);
    expect(peopleToInvite(twins, both).map(({ others }) => others)).toEqual([0, 1, 2]);
    const known = person({ known: THERE });
    expect(peopleToInvite([known], new Map([[2, "another"]])).map(({ others }) => others)).toEqual([1]);
  });

  it("does not keep a decision that a new reading no longer offers", () => {
    expect(decisionOf(LEA, new Map([[2, "update"]]))).toBe("add");
  });

  it("can be turned round where it has both names", () => {
    const preview = (uses: readonly string[]) =>
      ({ columns: uses.map((use) => ({ use })) }) as unknown as ListPreview;
    expect(swapped(preview(["family", "given", "email"]))).toEqual(["given", "family", "email"]);
    expect(swapped(preview(["name", "email"]))).toBeNull();
  });

  it("names whom the server refused, and why", () => {
    const error = new ApiError("invalid-fields", "", { "people.1.email": "No.", other: "No." });
    expect(problemsOf(error, [LEA, person({ name: "Tom" })])).toEqual([{ name: "Tom", field: "email" }]);
    expect(problemsOf(new ApiError("conflict", ""), [LEA])).toEqual([]);
  });
});
