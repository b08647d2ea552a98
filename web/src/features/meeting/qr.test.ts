import jsQR from "jsqr";
import { expect, test } from "vitest";
import { qrCode } from "./qr";

/** A square of the code takes this many pixels of the picture. */
const SCALE = 4;

/** What a camera would see of the path. */
function pictureOf({ size, path }: ReturnType<typeof qrCode>): { pixels: Uint8ClampedArray; width: number } {
  const width = size * SCALE;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, left, top] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/gu)) {
    for (let y = 0; y < SCALE; y += 1) {
      const start = ((Number(top) * SCALE + y) * width + Number(left) * SCALE) * 4;
      for (let x = 0; x < SCALE; x += 1) pixels.fill(0, start + x * 4, start + x * 4 + 3);
    }
  }
  return { pixels, width };
}

test.each([
  "http://127.0.0.1:8000/i#QpQU3ds_r6t8GCdcAcj7Xf7k7g9qMIQx0RNJ0KNlzi0",
  "https://visio.college-jean-moulin.ac-lyon.example/i#p4v_KTuAfxxyaxWWNrEzUcq-gCNi89ECKxeu6-jdVI8",
])("a phone that is held over the paper opens the person's own link: %s", (link) => {
  const { pixels, width } = pictureOf(qrCode(link));
  expect(jsQR(pixels, width, width)?.data).toBe(link);
});
