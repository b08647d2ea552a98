import { describe, expect, it } from "vitest";
import { readInvitation } from "./invitation";

const HOST = "meet.school.example";
const CODE = "abcde-fghjk-mnpqr-stuvw";

describe("an invitation", () => {
  it.each([
    CODE,
    `  ${CODE}\n`,
    "ABCDE-FGHJK-MNPQR-STUVW",
    "abcde fghjk mnpqr stuvw",
    "abcdefghjkmnpqrstuvw",
    "abcde–fghjk–mnpqr–stuvw",
    `https://${HOST}/m/${CODE}`,
    `${HOST}/m/${CODE}/`,
    `https://${HOST}/m/${CODE}?from=mail#top`,
    `Class 6B\nJoin here: https://${HOST}/m/${CODE}`,
  ])("%j leads to the room", (typed) => {
    expect(readInvitation(typed, HOST)).toEqual({ kind: "code", code: CODE });
  });

  it("of another server is told apart", () => {
    const typed = `https://elsewhere.example:8443/m/${CODE}`;
    expect(readInvitation(typed, HOST)).toEqual({ kind: "elsewhere", host: "elsewhere.example:8443" });
  });

  it("may be empty", () => {
    expect(readInvitation("   ", HOST)).toEqual({ kind: "empty" });
  });

  it.each([
    "abc",
    "abcde-fghjk-mnpqr",
    "https://",
    `https://${HOST}/sign-in`,
    "javascript://x/m/y",
    "éééééééééééééééééééé",
  ])("%j is none", (typed) => {
    expect(readInvitation(typed, HOST)).toEqual({ kind: "malformed" });
  });
});
