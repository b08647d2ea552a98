import { expect, test } from "vitest";
import { csvOf } from "./csv";

test("quotes, separators and line breaks stay inside their cell", () => {
  expect(
    csvOf([
      ['Zoé "Z"', "a,b"],
      ["c\nd", ""],
    ]),
  ).toBe('\uFEFF"Zoé ""Z""","a,b"\r\n"c\nd",""\r\n');
});

test.each(["=1+1", "+33", "-1", "@SUM(A1)", "\tx"])("a name such as %j is no formula", (name) => {
  expect(csvOf([[name]])).toBe(`\uFEFF"'${name}"\r\n`);
});
