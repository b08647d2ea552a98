const NO_BREAK = "\u00a0";
const NARROW_NO_BREAK = "\u202f";

/**
 * A French sentence whose spaces do not break where the typography of the Imprimerie nationale forbids it: before ; ? !
 * (narrow), before : and inside guillemets. Written here, because in the sentences nobody would see which space it is.
 */
export function inFrenchType(sentence: string): string {
  return sentence
    .replace(/ (?=[;?!](?:\W|$))/gu, NARROW_NO_BREAK)
    .replace(/ (?=:(?:\s|$))/gu, NO_BREAK)
    .replace(/(?<=«) | (?=»)/gu, NO_BREAK);
}
