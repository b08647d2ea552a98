/** A platform to look at: `preau.meet` alone with an empty data directory, or the one PREAU_URL names. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PYTHON, REPOSITORY } from "../kit/places.ts";
import { freePort } from "../kit/ports.ts";
import { startProcess, untilServed } from "../kit/processes.ts";

export interface Platform {
  readonly url: string;
  /** The link that makes the administrator of a server that has none. */
  readonly setupLink: string;
  /** Makes an account; answers the link that signs it in once. */
  createAccount(name: string, email: string): string;
  stop(): Promise<void>;
}

const STARTED_WITHIN_MS = 60_000;
const BUILT = join(REPOSITORY, "src", "preau", "meet", "static", "index.html");

/**
 * Starts the platform. With PREAU_URL nothing is started: PREAU_SETUP_LINK must then be the fresh set-up link of
 * that server, and PREAU_DATA_DIR its data directory, so that accounts can be made.
 */
export async function startPlatform(): Promise<Platform> {
  const given = process.env["PREAU_URL"];
  if (given !== undefined) return givenPlatform(given.replace(/\/$/u, ""));
  if (!existsSync(BUILT)) throw new Error("the client is not built: run `npm run build` first");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = mkdtempSync(join(tmpdir(), "preau-pages-"));
  // Only pages are looked at: nobody connects to this engine.
  const environment = {
    PREAU_PORT: String(port),
    PREAU_DATA_DIR: dataDir,
    PREAU_LIVEKIT_URL: `ws://127.0.0.1:${port}`,
    PREAU_LIVEKIT_API_KEY: "pages",
    PREAU_LIVEKIT_API_SECRET: "a-secret-of-thirty-two-characters",
  };
  const server = startProcess([PYTHON, "-m", "preau.meet", "--port", String(port)], {
    environment,
    cwd: REPOSITORY,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await untilServed("preau.meet", `${url}/healthz`, server, STARTED_WITHIN_MS);
    return { url, setupLink: admin(environment, "setup-link"), createAccount: accounts(environment), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function givenPlatform(url: string): Platform {
  const setupLink = process.env["PREAU_SETUP_LINK"] ?? "";
  return {
    url,
    setupLink,
    createAccount: accounts({ PREAU_PUBLIC_URL: url }),
    stop: () => Promise.resolve(),
  };
}

function accounts(environment: Readonly<Record<string, string>>): Platform["createAccount"] {
  return (name, email) => admin(environment, "create-account", "--name", name, "--email", email);
}

function admin(environment: Readonly<Record<string, string>>, ...act: readonly string[]): string {
  const env = { ...process.env, ...environment };
  const printed = execFileSync(PYTHON, ["-m", "preau", "admin", ...act], { env, cwd: REPOSITORY });
  return printed.toString().trim();
}
