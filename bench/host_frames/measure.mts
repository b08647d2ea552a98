/** A class in its room, its host's own page, and how smoothly that page draws. */

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

import { Closing } from "../../web/e2e/kit/closing.ts";
import {
  inviteAll,
  newMeetingOf,
  setRules,
  type KnownMeeting,
} from "../../web/e2e/kit/meetings.ts";
import { PYTHON, REPOSITORY } from "../../web/e2e/kit/places.ts";
import { startProcess } from "../../web/e2e/kit/processes.ts";
import { until } from "../../web/e2e/kit/until.ts";
import {
  launch,
  openContext,
  type Browser,
  type Page,
} from "../../web/e2e/pages/browser.ts";
import { openCrowd, PUPILS } from "../../web/e2e/pages/class.ts";
import { setUp } from "../../web/e2e/pages/school.ts";
import {
  startPlatform,
  type Platform,
} from "../../web/e2e/pages/server.ts";

/** Pupils with a browser, a camera and a microphone; the others of the class are there without media. */
const ON_CAMERA = 2;
const WITHIN_MS = 60_000;
const RULES = {
  open_link: true,
  starts_muted: false,
  camera: true,
  unmute: true,
};

/** What a page drew in one window. */
export interface Frames {
  readonly seconds: number;
  readonly frames: number;
  /** Of the times between two frames. */
  readonly share_under_50_ms: number;
  readonly over_50_ms: number;
  readonly p99_ms: number;
  readonly longest_ms: number;
  /** Tasks of 50 ms and more, as the browser counts them. */
  readonly long_tasks: number;
  readonly longest_task_ms: number;
}

export interface Crowded extends Frames {
  readonly knocks: number;
  /** What the strangers were told, by code. */
  readonly told: Readonly<Record<string, number>>;
  /** Frames on the host's control channel that announced somebody at the door. */
  readonly reached_host: number;
  /** The most of these in any minute, by the server's clock: a slow machine takes more than one to knock so often. */
  readonly most_in_a_minute: number;
}

export interface Room {
  readonly host: Page;
  readonly knock: (knocks: number, over_s: number) => Promise<Record<string, number>>;
  /** When somebody at the door was announced so far, in milliseconds of the server's clock. */
  readonly reached: () => readonly number[];
}

/**
 * From now on, what this process starts runs on these cores. The host's machine is not the server's, nor the pupils':
 * the browser of the host has a core to itself, and everything else shares the others. With one core alone all share it.
 */
function startOn(who: "host" | "others"): void {
  const cores = cpus().length;
  if (cores < 2) return;
  const chosen = who === "host" ? String(cores - 1) : `0-${cores - 2}`;
  execFileSync("taskset", ["--cpu-list", "--pid", chosen, String(process.pid)]);
}

/** The room of thirty, with the host's list of people open. */
export async function openRoom(closing: Closing): Promise<Room> {
  startOn("host");
  const hosts = closing.add(await launch(), (one) => one.close());
  startOn("others");
  const platform = closing.add(await startPlatform(), (one) => one.stop());
  const browser = closing.add(await launch(), (one) => one.close());
  const signedInAs = await setUp(hosts, platform);
  const asking = await openCrowd(hosts, platform.url, closing, { signedInAs });
  const meeting = await newMeetingOf(asking.ask, "Class 6B", "class");
  await setRules(asking.ask, meeting.id, RULES);
  const context = await openContext(hosts, { signedInAs });
  context.setDefaultTimeout(WITHIN_MS);
  const host = await context.newPage();
  const reached = watchKnocks(host);
  await enter(host, `${platform.url}/m/${meeting.code}`, false);
  const links = await inviteAll(asking.ask, meeting.id, PUPILS);
  await seatPupils(browser, platform, closing, meeting, links);
  await host.getByText(`${PUPILS.length + 1} people`).waitFor();
  await host.getByRole("button", { name: "People", exact: true }).click();
  await until("the pupils' pictures move", () => moving(host), {
    within_ms: WITHIN_MS,
  });
  return {
    host,
    reached,
    knock: (knocks, over_s) => knock(platform, meeting, knocks, over_s),
  };
}

/** Whether the host's page shows the cameras of all pupils that have one. */
async function moving(host: Page): Promise<boolean> {
  const videos = await host.locator("figure video").all();
  const frames = await Promise.all(
    videos.map((video) =>
      video.evaluate(
        (one: HTMLVideoElement) =>
          one.getVideoPlaybackQuality().totalVideoFrames,
      ),
    ),
  );
  return frames.filter((count) => count > 0).length >= ON_CAMERA;
}

function watchKnocks(page: Page): () => readonly number[] {
  const reached: number[] = [];
  page.on("websocket", (socket) => {
    if (!socket.url().endsWith("/control")) return;
    socket.on("framereceived", ({ payload }) => {
      const frame = JSON.parse(String(payload)) as {
        at?: string;
        event?: { type?: string };
      };
      if (frame.event?.type === "person-waiting")
        reached.push(Date.parse(frame.at ?? ""));
    });
  });
  return () => reached;
}

/** The most of these moments (in order, in milliseconds) that lie within one minute. */
export function mostInAMinute(moments: readonly number[]): number {
  const counts = moments.map(
    (first, index) =>
      moments.slice(index).filter((one) => one - first < 60_000).length,
  );
  return Math.max(0, ...counts);
}

async function enter(page: Page, link: string, withDevices: boolean): Promise<void> {
  await page.goto(link);
  if (withDevices) {
    for (const name of ["Microphone", "Camera"])
      await page.getByRole("button", { name, exact: true }).click();
    await page.locator("video").waitFor();
  }
  await page.getByRole("button", { name: "Join now" }).click();
  await page.getByRole("button", { name: "Leave" }).waitFor();
}

async function seatPupils(
  browser: Browser,
  platform: Platform,
  closing: Closing,
  meeting: KnownMeeting,
  links: readonly string[],
): Promise<void> {
  const crowd = await openCrowd(browser, platform.url, closing);
  for (const [index, name] of PUPILS.entries()) {
    const link = links[index] ?? "";
    if (index >= ON_CAMERA) {
      await crowd.seat(meeting.code, name, link);
      continue;
    }
    const context = await openContext(browser);
    context.setDefaultTimeout(WITHIN_MS);
    await enter(await context.newPage(), link, true);
  }
}

async function knock(
  platform: Platform,
  meeting: KnownMeeting,
  knocks: number,
  over_s: number,
): Promise<Record<string, number>> {
  const url = platform.url.replace(/^http/u, "ws");
  const counts = ["--knocks", String(knocks), "--over", String(over_s)];
  const strangers = startProcess(
    [PYTHON, "-m", "bench.knocks", url, meeting.code, ...counts],
    { cwd: REPOSITORY },
  );
  await until("everybody has knocked", () => strangers.ended(), {
    within_ms: (over_s + 60) * 1000,
  });
  const line = strangers.output().trim().split("\n").at(-1) ?? "";
  return JSON.parse(line) as Record<string, number>;
}

// Text, not a function: the compiler would leave helpers of its own in it.
const WATCHES_FRAMES = `
  window.drawn = { gaps_ms: [], tasks_ms: [] };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.drawn.tasks_ms.push(task.duration);
  }).observe({ type: "longtask" });
  let last_ms = null;
  const frame = (now_ms) => {
    if (last_ms !== null) window.drawn.gaps_ms.push(now_ms - last_ms);
    last_ms = now_ms;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);`;
const TAKES_FRAMES = `(() => {
  const { gaps_ms, tasks_ms } = window.drawn;
  window.drawn.gaps_ms = [];
  window.drawn.tasks_ms = [];
  return { gaps_ms, tasks_ms };
})()`;

interface Drawn {
  readonly gaps_ms: readonly number[];
  readonly tasks_ms: readonly number[];
}

export async function startWatching(host: Page): Promise<void> {
  await host.evaluate(WATCHES_FRAMES);
}

/** What the host's page drew while `during` ran. */
export async function framesDuring(
  host: Page,
  during: () => Promise<unknown>,
): Promise<Frames> {
  await host.evaluate(TAKES_FRAMES);
  await during();
  const { gaps_ms, tasks_ms } = await host.evaluate<Drawn>(TAKES_FRAMES);
  const ordered = [...gaps_ms].sort((a, b) => a - b);
  const over = gaps_ms.filter((gap) => gap >= 50).length;
  const at = (share: number): number =>
    ordered[Math.ceil(share * ordered.length) - 1] ?? 0;
  return {
    seconds: round(gaps_ms.reduce((sum, gap) => sum + gap, 0) / 1000),
    frames: gaps_ms.length,
    share_under_50_ms: round(1 - over / gaps_ms.length, 5),
    over_50_ms: over,
    p99_ms: round(at(0.99)),
    longest_ms: round(at(1)),
    long_tasks: tasks_ms.length,
    longest_task_ms: round(Math.max(0, ...tasks_ms)),
  };
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}

