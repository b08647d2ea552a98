import { encode } from "uqr";

/** White squares around the code; readers find it by them. */
const QUIET = 4;

export interface QrCode {
  /** Squares along one side, the quiet border too. */
  readonly size: number;
  /** The black squares as an SVG path, one unit a square. */
  readonly path: string;
}

/** A text as a code that a phone's camera reads off paper, also where a sixth of it is smudged. */
export function qrCode(text: string): QrCode {
  const { size, data } = encode(text, { ecc: "M", border: QUIET });
  const path = data
    .flatMap((row, y) => row.flatMap((isBlack, x) => (isBlack ? [`M${x} ${y}h1v1h-1z`] : [])))
    .join("");
  return { size, path };
}
