/** The whole product, `preau serve` as an operator starts it, on either engine by settings alone. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startEngine, type Engine, type EngineName } from "./engines.ts";
import { PYTHON, REPOSITORY } from "./places.ts";
import { freePort } from "./ports.ts";
import { startProcess, type ServerProcess } from "./processes.ts";
import { until } from "./until.ts";

const STARTED_WITHIN_MS = 60_000;

/** A running product with an empty data directory. */
export interface Product {
  readonly engine: EngineName;
  readonly url: string;
  /** Where browsers reach it: the public port and those of the embedded media server. */
  readonly ports: readonly number[];
  /** The one-time link that makes the administrator. */
  readonly setupLink: string;
  /** SIGKILL for one of the servers that `preau serve` supervises; answers the process id that was killed. */
  kill(part: "meet" | "sfu"): number;
  /** What `preau serve` and its children wrote. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts `preau serve` and waits for the two lines it prints when it is ready for the first person. */
export async function startProduct(engine: EngineName): Promise<Product> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const livekit =
    engine === "livekit" ? await startEngine("livekit", `${url}/api/v1/webhooks/livekit`) : null;
  const dataDir = mkdtempSync(join(tmpdir(), "preau-e2e-"));
  const media = [await freePort(), await freePort()] as const;
  const environment = {
    PREAU_PORT: String(port),
    PREAU_DATA_DIR: dataDir,
    PREAU_MEDIA_UDP_PORT: String(media[0]),
    PREAU_MEDIA_TCP_PORT: String(media[1]),
    ...(livekit === null ? {} : livekitSettings(livekit)),
  };
  const server = startProcess([PYTHON, "-m", "preau", "serve"], { environment, cwd: REPOSITORY });
  const stop = async (): Promise<void> => {
    await server.stop();
    await livekit?.server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const ready = await until(
      "preau serve prints its set-up link",
      () => setupLinkOf(server) ?? server.ended(),
      {
        within_ms: STARTED_WITHIN_MS,
      },
    );
    if (typeof ready !== "string") throw new Error("it ended");
    return {
      engine,
      url,
      ports: [port, ...media],
      setupLink: ready,
      output: () => server.output(),
      stop,
      kill: (part) => killChild(server.pid, `preau.${part}`),
    };
  } catch (error) {
    await stop();
    throw new Error(`preau serve did not start:\n${server.output().slice(-6_000)}`, { cause: error });
  }
}

function livekitSettings(engine: Engine): Record<string, string> {
  return {
    PREAU_LIVEKIT_URL: engine.url,
    PREAU_LIVEKIT_API_KEY: engine.key,
    PREAU_LIVEKIT_API_SECRET: engine.secret,
  };
}

/** The set-up link `preau serve` has printed, once it is ready for the first person. */
export function setupLinkOf(server: ServerProcess): string | null {
  return /^Set up: (\S+)$/m.exec(server.output())?.[1] ?? null;
}

/** Kills the descendant of `ancestor` that runs the Python module `module`. Linux only. */
function killChild(ancestor: number, module: string): number {
  const found = descendants(ancestor).find((pid) => commandLine(pid).includes(`-m ${module}`));
  if (found === undefined) throw new Error(`no process runs ${module}`);
  process.kill(found, "SIGKILL");
  return found;
}

function descendants(pid: number): number[] {
  const children: number[] = [];
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const listed = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8");
    children.push(...listed.split(" ").filter(Boolean).map(Number));
  }
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
}
