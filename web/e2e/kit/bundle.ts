/** Bundles a browser-side TypeScript file of the tests into one classic script. */

import { build } from "vite";

import { WEB } from "./places.ts";

const built = new Map<string, Promise<string>>();

/** The script's text; each entry is built once. */
export function bundle(entry: string): Promise<string> {
  const known = built.get(entry);
  if (known !== undefined) return known;
  const text = buildScript(entry);
  built.set(entry, text);
  return text;
}

async function buildScript(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    root: WEB,
    logLevel: "error",
    publicDir: false,
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry, formats: ["iife"], name: "bundled" },
    },
  });
  const first = Array.isArray(result) ? result[0] : result;
  if (first === undefined || !("output" in first)) throw new Error(`nothing was built from ${entry}`);
  const [chunk] = first.output;
  return chunk.code;
}
