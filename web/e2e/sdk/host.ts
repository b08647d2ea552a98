/** A tiny local web server for the bare page. */

import { createServer, type Server } from "node:http";
import { join } from "node:path";

import { bundle } from "../kit/bundle.ts";
import { E2E } from "../kit/places.ts";
import { freePort } from "../kit/ports.ts";

export interface BarePage {
  readonly url: string;
  close(): void;
}

const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>livekit-client alone</title>
<button>Start</button><script src="/page.js"></script></html>`;

/** Serves the bare page on a free loopback port. */
export async function serveBarePage(): Promise<BarePage> {
  const script = await bundle(join(E2E, "sdk", "page.ts"));
  const port = await freePort();
  const server: Server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : HTML);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
