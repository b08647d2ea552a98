/** Server processes of a test: started with their output kept, stopped by their own process id. */

import { spawn, type ChildProcess } from "node:child_process";

import { until } from "./until.ts";

const STOP_WITHIN_MS = 8_000;
const KEPT_OUTPUT_CHARACTERS = 400_000;

export interface ServerProcess {
  readonly pid: number;
  /** Everything written so far, both channels (the newest 400 000 characters). */
  output(): string;
  /** True once the process has ended. */
  ended(): boolean;
  /** SIGTERM, then SIGKILL when it does not end by itself. Never throws. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a command; `command[0]` is the program. */
export function startProcess(command: readonly string[], options: StartOptions = {}): ServerProcess {
  const [program, ...rest] = command;
  if (program === undefined) throw new Error("no program to start");
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let isOver = false;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT_CHARACTERS);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.once("error", (error) => {
    keep(Buffer.from(`${program}: ${error.message}\n`));
    isOver = true;
    running.delete(child);
  });
  child.once("exit", () => {
    isOver = true;
    running.delete(child);
  });
  running.add(child);
  return {
    pid: child.pid ?? -1,
    output: () => output,
    ended: () => isOver,
    stop: () => stopChild(child, () => isOver),
  };
}

async function stopChild(child: ChildProcess, isOver: () => boolean): Promise<void> {
  if (isOver()) return;
  child.kill("SIGTERM");
  try {
    await until("process ends on SIGTERM", isOver, { within_ms: STOP_WITHIN_MS, every_ms: 20 });
  } catch {
    child.kill("SIGKILL");
  }
}

/** Waits until `url` answers any HTTP status; fails at once, with its output, when the process ends first. */
export async function untilServed(
  what: string,
  url: string,
  server: ServerProcess,
  within_ms = 20_000,
): Promise<void> {
  await until(
    `${what} answers at ${url}`,
    async () => {
      if (server.ended()) return "ended";
      const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      return answer.status > 0 && "served";
    },
    { within_ms, every_ms: 50 },
  ).then((seen) => {
    if (seen === "ended") throw new Error(`${what} ended while starting:\n${server.output().slice(-4_000)}`);
  });
}
