/** A platform to look at: `preau serve` with an empty data directory, or the one PREAU_URL names. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PYTHON, REPOSITORY } from "../kit/places.ts";
import { freePort } from "../kit/ports.ts";
import { startProcess } from "../kit/processes.ts";
import { setupLinkOf } from "../kit/product.ts";
import { until } from "../kit/until.ts";

export interface Platform {
  readonly url: string;
  /** The link that makes the administrator of a server that has none. */
  readonly setupLink: string;
  /** Makes an account; answers the link that signs it in once. */
  createAccount(name: string, email: string): string;
  /** Five days later: what a mail server refused until now is given up. */
  giveUpMail(): void;
  /** An hour later: everybody gave the password an hour ago. */
  ageSignIns(): void;
  stop(): Promise<void>;
}

const STARTED_WITHIN_MS = 60_000;
const BUILT = join(REPOSITORY, "src", "preau", "meet", "static", "index.html");

/**
 * Starts the platform. With PREAU_URL nothing is started: PREAU_SETUP_LINK must then be the fresh set-up link of
 * that server, and PREAU_DATA_DIR its data directory, so that accounts can be made.
 */
export async function startPlatform(settings: Readonly<Record<string, string>> = {}): Promise<Platform> {
  const given = process.env["PREAU_URL"];
  if (given !== undefined) return givenPlatform(given.replace(/\/$/u, ""));
  if (!existsSync(BUILT)) throw new Error("the client is not built: run `npm run build` first");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dataDir = mkdtempSync(join(tmpdir(), "preau-pages-"));
  const environment = {
    PREAU_PORT: String(port),
    PREAU_DATA_DIR: dataDir,
    PREAU_MEDIA_UDP_PORT: String(await freePort()),
    PREAU_MEDIA_TCP_PORT: String(await freePort()),
    ...settings,
  };
  const server = startProcess([PYTHON, "-m", "preau", "serve"], {
    environment,
    cwd: REPOSITORY,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const setupLink = await until("preau serve prints its set-up link", () => setupLinkOf(server), {
      within_ms: STARTED_WITHIN_MS,
    });
    const giveUpMail = () => runPython(environment, "tests.kit.giving_up");
    const ageSignIns = () => runPython(environment, "tests.kit.ageing");
    return { url, setupLink, createAccount: accounts(environment), giveUpMail, ageSignIns, stop };
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
    giveUpMail: () => runPython({}, "tests.kit.giving_up"),
    ageSignIns: () => runPython({}, "tests.kit.ageing"),
    stop: () => Promise.resolve(),
  };
}

function accounts(environment: Readonly<Record<string, string>>): Platform["createAccount"] {
  return (name, email) => admin(environment, "create-account", "--name", name, "--email", email);
}

function admin(environment: Readonly<Record<string, string>>, ...act: readonly string[]): string {
  return runPython(environment, "preau", "admin", ...act);
}

function runPython(environment: Readonly<Record<string, string>>, ...module: readonly string[]): string {
  const env = { ...process.env, ...environment };
  return execFileSync(PYTHON, ["-m", ...module], { env, cwd: REPOSITORY })
    .toString()
    .trim();
}
