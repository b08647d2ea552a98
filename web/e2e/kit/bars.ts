/**
 * Times that people notice, as the product promises them. A busy machine is not a broken product: by default a test
 * allows three times the promise and prints what it measured; with PREAU_TEST_STRICT_TIMES=1, on a machine that does
 * nothing else, it holds the product to its word.
 */
const SLACK = process.env["PREAU_TEST_STRICT_TIMES"] === "1" ? 1 : 3;

/** What a test may take for something promised within `promised_ms`. */
export function allowed_ms(promised_ms: number): number {
  return promised_ms * SLACK;
}
