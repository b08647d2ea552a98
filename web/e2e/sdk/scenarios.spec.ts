/**
 * livekit-client's own fault scenarios: media flows again after each, both ways.
 *
 * Two people publish a moving picture and a tone. One of them suffers the fault; what that person receives
 * and what the other receives from that person are watched frame by frame.
 */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { Person, type BrowserName } from "../drivers/browsers.ts";
import { engineFromEnvironment, joinToken, startEngine, type Engine } from "../kit/engines.ts";
import { measured } from "../kit/report.ts";
import { serveBarePage, type BarePage } from "./host.ts";
import type { Flow } from "./page.ts";
import type { SimulationScenario } from "livekit-client";

/** How long after the fault media may take to flow again; a guard, the figures themselves are printed. */
const RECOVERED_WITHIN_MS = 15_000;
/** Media "flows" when frames came for this long without a gap. */
const STEADY_FOR_MS = 1_500;
const LONGEST_STEADY_GAP_MS = 400;
const JOINED_WITHIN_MS = 15_000;

/** The room came back: by livekit-client itself, or by joining anew after the server ended the connection. */
const RETURNED = ["reconnected", "rejoined"];

/** Whether the scenario ends with a reconnected room (true) or leaves the connection alone. */
const SCENARIOS: readonly (readonly [SimulationScenario, boolean])[] = [
  ["signal-reconnect", true],
  ["speaker", false],
  ["node-failure", true],
  ["server-leave", true],
  ["resume-reconnect", true],
  ["disconnect-signal-on-resume", true],
  ["force-tcp", true],
];
const CASES: Readonly<Record<BrowserName, typeof SCENARIOS>> = {
  chromium: SCENARIOS,
  firefox: SCENARIOS.slice(0, 2),
};

let engine: Engine;
let page: BarePage;
before(async () => {
  engine = await startEngine(engineFromEnvironment());
  page = await serveBarePage();
});
after(async () => {
  page.close();
  await engine.server.stop();
});

for (const browserName of ["chromium", "firefox"] as const) {
  describe(`faults in ${browserName}`, () => {
    let sufferer: Person;
    let other: Person;
    before(async () => {
      [sufferer, other] = await Promise.all([Person.open(browserName), Person.open("chromium")]);
    });
    after(() => Promise.all([sufferer.close(), other.close()]));

    for (const [scenario, reconnects] of CASES[browserName]) {
      it(`media flows again after ${scenario}`, async () => {
        await meet(`${browserName}-${scenario}`, sufferer, other);
        await Promise.all([sufferer.call("sdk", "mark"), other.call("sdk", "mark")]);
        await sufferer.call("sdk", "scenario", scenario);
        const [received, sent] = await Promise.all([
          recovered(sufferer, `${scenario}, what the sufferer receives`, reconnects),
          recovered(other, `${scenario}, what the other receives`, false, reconnects ? sufferer : null),
        ]);
        if (scenario === "speaker") await speakerNamed(sufferer);
        await bothHeard(sufferer, other);
        const transports = await sufferer.probe("transports");
        if (scenario === "force-tcp") assert.deepEqual(new Set(transports), new Set(["tcp"]));
        measured("scenario", {
          engine: engine.name,
          browser: browserName,
          scenario,
          recovered_ms: Math.max(received.recovered_ms, sent.recovered_ms),
          longest_pause_received_ms: received.longest_pause_ms,
          longest_pause_sent_ms: sent.longest_pause_ms,
          transports: [...new Set(transports)].join("+"),
        });
        await Promise.all([sufferer.call("sdk", "leave"), other.call("sdk", "leave")]);
      });
    }
  });
}

/** Both join one room on fresh pages, publish, and see and hear each other. */
async function meet(room: string, ...people: readonly Person[]): Promise<void> {
  await Promise.all(
    people.map(async (person, index) => {
      await person.goto(page.url);
      await person.click("button", "Start");
      await person.call("sdk", "join", {
        url: engine.url,
        joinToken: joinToken(engine, room, `person-${index}`),
        publish: true,
      });
    }),
  );
  await Promise.all(
    people.map((person) => person.until("remote video is steady", () => steady(person), JOINED_WITHIN_MS)),
  );
}

/** The observation, once frames have come steadily up to now; else false. */
async function steady(person: Person): Promise<Flow | false> {
  const flow = await person.call<Flow>("sdk", "flow");
  return isSteady(flow) && flow;
}

function isSteady(flow: Flow): boolean {
  const since = flow.frames_ms.filter((at) => at > flow.now_ms - STEADY_FOR_MS);
  const edges = [flow.now_ms - STEADY_FOR_MS, ...since, flow.now_ms];
  return since.length > 5 && longestGap(edges) < LONGEST_STEADY_GAP_MS;
}

function longestGap(moments_ms: readonly number[]): number {
  return moments_ms.reduce(
    (longest, at, index) => Math.max(longest, index === 0 ? 0 : at - (moments_ms[index - 1] ?? at)),
    0,
  );
}

interface Recovery {
  /** From the fault to the end of the last pause (or the reconnection, when that is later). */
  readonly recovered_ms: number;
  readonly longest_pause_ms: number;
}

/** Waits until the fault has struck (a reconnection, when one is due) and frames are steady again. */
async function recovered(
  person: Person,
  what: string,
  reconnects: boolean,
  follows: Person | null = null,
): Promise<Recovery> {
  const flow = await person.until(
    what,
    async () => {
      const struck =
        follows === null ? await person.call<Flow>("sdk", "flow") : await follows.call<Flow>("sdk", "flow");
      const needsReturn = reconnects || follows !== null;
      if (needsReturn && (reconnectedAt(struck) === 0 || struck.state !== "connected")) return false;
      const now = await person.call<Flow>("sdk", "flow");
      return now.now_ms > STEADY_FOR_MS + reconnectedAt(now) && now.remotes > 0 && isSteady(now) && now;
    },
    RECOVERED_WITHIN_MS,
    100,
  );
  const moments = [0, ...flow.frames_ms];
  const pauseEnds = moments.filter((at, index) => at - (moments[index - 1] ?? 0) > LONGEST_STEADY_GAP_MS / 2);
  return {
    recovered_ms: Math.max(reconnectedAt(flow), ...pauseEnds, 0),
    longest_pause_ms: longestGap(moments),
  };
}

function reconnectedAt(flow: Flow): number {
  return Math.max(0, ...flow.events.filter(([, name]) => RETURNED.includes(name)).map(([at]) => at));
}

/** The tone of each is heard by the other: energy rises from now on. */
async function bothHeard(...people: readonly Person[]): Promise<void> {
  await Promise.all(
    people.map(async (person) => {
      const before_energy = await person.probe("audioEnergy");
      await person.until(
        "the tone is heard",
        async () => (await person.probe("audioEnergy")) > before_energy,
        5_000,
      );
    }),
  );
}

/** The engine names somebody as speaking. */
async function speakerNamed(person: Person): Promise<void> {
  const named = async (): Promise<boolean> => {
    const { events } = await person.call<Flow>("sdk", "flow");
    return events.some(([, name]) => name === "activeSpeakersChanged");
  };
  await person.until("a speaker is named", named, RECOVERED_WITHIN_MS);
}
