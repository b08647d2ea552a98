import { describe, expect, it } from "vitest";
import { catalogue } from "./catalogue.fr";
import { inFrenchType } from "./typography";

describe("French type", () => {
  it.each([
    ["Supprimer « {title} » ?", "Supprimer «\u00a0{title}\u00a0»\u202f?"],
    ["Stricte : rien ne bouge ; attendez.", "Stricte\u00a0: rien ne bouge\u202f; attendez."],
    ["{n, plural, one {une} other {#}} : oui", "{n, plural, one {une} other {#}}\u00a0: oui"],
  ])("%s", (written, set) => expect(inFrenchType(written)).toBe(set));

  it("is that of every sentence", () => {
    for (const [id, sentence] of Object.entries(catalogue))
      expect(sentence, id).not.toMatch(/ [;?!:](?:\s|$)|« | »/u);
  });
});
