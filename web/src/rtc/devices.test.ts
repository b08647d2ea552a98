import { describe, expect, it } from "vitest";
import { deviceProblem, loudness, sortDevices, whichBrowser } from "./devices";

describe("the list of devices", () => {
  it("sorts by kind and leaves out the doubles and the unnamed", () => {
    const list = sortDevices([
      { kind: "audioinput", deviceId: "default", label: "Default" },
      { kind: "audioinput", deviceId: "communications", label: "Communications" },
      { kind: "audioinput", deviceId: "m1", label: "Headset" },
      { kind: "videoinput", deviceId: "", label: "" },
      { kind: "videoinput", deviceId: "c1", label: "Camera" },
      { kind: "audiooutput", deviceId: "s1", label: "Speaker" },
    ]);
    expect(list).toEqual({
      microphone: [{ id: "m1", label: "Headset" }],
      camera: [{ id: "c1", label: "Camera" }],
      speaker: [{ id: "s1", label: "Speaker" }],
    });
  });
});

describe("what a refusal means", () => {
  it.each([
    ["NotAllowedError", "Permission denied", "denied", "blocked"],
    ["NotAllowedError", "Permission dismissed", "prompt", "dismissed"],
    ["NotAllowedError", "The request is not allowed by the user agent", "prompt", "dismissed"],
    ["NotAllowedError", "Permission denied by system", "granted", "system"],
    ["NotAllowedError", "The request is not allowed", null, "blocked"],
    ["NotFoundError", "Requested device not found", null, "missing"],
    ["NotReadableError", "Could not start video source", null, "in-use"],
    ["TypeError", "whatever", null, "failed"],
  ] as const)("%s (%s, permission %s) is %s", (name, message, permission, problem) => {
    expect(deviceProblem(name, message, permission)).toBe(problem);
  });
});

describe("the level meter", () => {
  const tone = (amplitude: number) =>
    Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin(i / 3));

  it("is still in silence, full when loud, and in between for a voice", () => {
    expect(loudness(new Float32Array(1024))).toBe(0);
    expect(loudness(tone(1))).toBe(1);
    const voice = loudness(tone(0.05));
    expect(voice).toBeGreaterThan(0.4);
    expect(voice).toBeLessThan(0.8);
  });
});

describe("which browser", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox"],
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
      "chrome",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "edge"],
    [
      "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
      "safari",
    ],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605.1.15 CriOS/140 Safari/604.1", "ios"],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "android"],
    ["curl/8", "other"],
  ] as const)("%s", (agent, browser) => {
    expect(whichBrowser(agent)).toBe(browser);
  });
});
