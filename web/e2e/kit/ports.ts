/** Free ports on the loopback address, out of a range that can be set by PREAU_TEST_PORTS=first-last. */

import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const HOST = "127.0.0.1";
const [FIRST, LAST] = parseRange(process.env.PREAU_TEST_PORTS ?? "27000-27999");
/** Processes that run side by side begin as far apart: neither sees what the other has only chosen. */
const APART = 41;
const handedOut = new Set<number>();

function parseRange(text: string): [number, number] {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (!match) throw new Error(`PREAU_TEST_PORTS must look like 27000-27999, not ${text}`);
  return [Number(match[1]), Number(match[2])];
}

/** A port that nobody listens on now, neither TCP nor UDP, and that was not handed out before. */
export async function freePort(): Promise<number> {
  const size = LAST - FIRST + 1;
  const start = (process.pid * APART) % size;
  for (let step = 0; step < size; step += 1) {
    const port = FIRST + ((start + step) % size);
    if (handedOut.has(port)) continue;
    if ((await tcpIsFree(port)) && (await udpIsFree(port))) {
      handedOut.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}

function tcpIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

function udpIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, HOST, () => socket.close(() => resolve(true)));
  });
}
