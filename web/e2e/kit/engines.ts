/** The two media engines the platform runs on, started alone for tests that speak to them directly. */

import { createHmac, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import { REPOSITORY, PYTHON } from "./places.ts";
import { freePort } from "./ports.ts";
import { startProcess, untilServed, type ServerProcess } from "./processes.ts";

export type EngineName = "embedded" | "livekit";

/** A running LiveKit-compatible server. */
export interface Engine {
  readonly name: EngineName;
  /** Where clients connect, ws://…; the HTTP address is the same with http. */
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  readonly server: ServerProcess;
}

interface Ports {
  readonly signal: number;
  readonly udp: number;
  readonly tcp: number;
}

const KEY = "devkey";
const SECRET = "a-secret-of-thirty-two-characters";

const COMMANDS: Readonly<Record<EngineName, (ports: Ports, webhook?: string) => string[]>> = {
  embedded: embeddedCommand,
  livekit: livekitCommand,
};

function embeddedCommand(ports: Ports, webhook?: string): string[] {
  return [
    PYTHON,
    "-m",
    "preau.sfu",
    // Scenarios have the engine feign troubles, which it does for tests alone.
    "--dev",
    "--bind",
    "127.0.0.1",
    "--port",
    String(ports.signal),
    "--udp-port",
    String(ports.udp),
    "--tcp-port",
    String(ports.tcp),
    "--key",
    KEY,
    "--secret",
    SECRET,
    ...(webhook === undefined ? [] : ["--webhook", webhook]),
  ];
}

function livekitCommand(ports: Ports, webhook?: string): string[] {
  const config = {
    port: ports.signal,
    bind_addresses: ["127.0.0.1"],
    keys: { [KEY]: SECRET },
    rtc: {
      udp_port: ports.udp,
      tcp_port: ports.tcp,
      node_ip: "127.0.0.1",
      use_external_ip: false,
      enable_loopback_candidate: true,
      // A force-tcp test needs the engine to offer TCP when asked; LiveKit offers it by itself then.
      allow_tcp_fallback: true,
    },
    logging: { level: "info" },
    ...(webhook === undefined ? {} : { webhook: { api_key: KEY, urls: [webhook] } }),
  };
  // YAML contains JSON, so the configuration needs no YAML writer.
  return [livekitBinary(), "--config-body", JSON.stringify(config)];
}

/** LiveKit's own server: PREAU_TEST_LIVEKIT, `livekit-server` on the path, or what `go install` left. */
function livekitBinary(): string {
  const named = process.env.PREAU_TEST_LIVEKIT;
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "livekit-server"));
  const byGo = ["livekit-server", "server"].map((name) => join(homedir(), "go", "bin", name));
  const found = [...(named === undefined ? [] : [named]), ...onPath, ...byGo].find((path) =>
    existsSync(path),
  );
  if (found === undefined) {
    throw new Error(
      "LiveKit's server was not found: set PREAU_TEST_LIVEKIT, or run `go install github.com/livekit/livekit-server/cmd/server@v1.13.5`",
    );
  }
  return found;
}

/** The engine asked for by PREAU_TEST_ENGINE; the embedded one by default. */
export function engineFromEnvironment(): EngineName {
  const name = process.env.PREAU_TEST_ENGINE ?? "embedded";
  if (name !== "embedded" && name !== "livekit") {
    throw new Error(`PREAU_TEST_ENGINE must be embedded or livekit, not ${name}`);
  }
  return name;
}

/** Starts an engine on free loopback ports and returns once it answers. `webhook`: where it reports to. */
export async function startEngine(name: EngineName, webhook?: string): Promise<Engine> {
  const ports: Ports = { signal: await freePort(), udp: await freePort(), tcp: await freePort() };
  const server = startProcess(COMMANDS[name](ports, webhook), { cwd: REPOSITORY });
  await untilServed(`the ${name} engine`, `http://127.0.0.1:${ports.signal}/`, server);
  return { name, url: `ws://127.0.0.1:${ports.signal}`, key: KEY, secret: SECRET, server };
}

/** A join token of LiveKit's form for one identity in one room, good for ten minutes. */
export function joinToken(engine: Engine, room: string, identity: string): string {
  const now_s = Math.floor(Date.now() / 1000);
  const claims = {
    iss: engine.key,
    sub: identity,
    name: identity,
    nbf: now_s - 5,
    exp: now_s + 600,
    jti: randomUUID(),
    video: { roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true },
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", engine.secret).update(signed).digest("base64url")}`;
}
