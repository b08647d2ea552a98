import type { Source, SourceFailure } from "../room/sources";
import { deviceProblem, type DeviceProblem } from "./devices";

const FAILURES: Readonly<Record<DeviceProblem, SourceFailure>> = {
  blocked: "denied",
  dismissed: "denied",
  system: "denied",
  missing: "missing",
  "in-use": "in-use",
  insecure: "unsupported",
  failed: "unknown",
};

/** What a refused capture means to the person; closing the browser's screen picker is a change of mind. */
export function sourceFailure(source: Source, error: unknown): SourceFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const problem = deviceProblem(name, message, null);
  if (source === "screen") {
    if (name === "TypeError" || name === "NotSupportedError" || name === "DeviceUnsupportedError") {
      return "unsupported";
    }
    if (problem === "blocked" || problem === "dismissed") return "cancelled";
  }
  return FAILURES[problem];
}
