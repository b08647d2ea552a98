/**
 * Nobody is watched for attention: no signal about focus, visibility, idleness, gaze, emotion or a score leaves the
 * page. The test reads the source: which doors lead out of the page, what is known about the person's attention at
 * all, and what the words on the wire are. The server's side is tests/unit/test_attention.py.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL(".", import.meta.url));
const FILES = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile() && /\.tsx?$/u.test(one.name) && !/\.test\.tsx?$/u.test(one.name))
  .map((one) => relative(SRC, join(one.parentPath, one.name)));

function source(file: string): string {
  return readFileSync(join(SRC, file), "utf8");
}

/** Every place a pattern occurs in, as "file: what". */
function places(pattern: RegExp): string[] {
  return FILES.flatMap((file) =>
    [...source(file).matchAll(pattern)].map((match) => `${file}: ${match[0].replace(/\s+/gu, " ")}`),
  );
}

describe("what leaves the page", () => {
  test("goes through the HTTP client and the control channel; media is livekit-client's", () => {
    const doors =
      /\b(?:fetch\(|sendBeacon|XMLHttpRequest|new EventSource|new WebSocket|new WebTransport|new BroadcastChannel|navigator\.serviceWorker)/gu;
    expect(places(doors)).toEqual([
      "api/http.ts: fetch(",
      // Asks whether the server answers, and says nothing.
      "control/drops.ts: fetch(",
      "control/sockets.ts: new WebSocket",
    ]);
  });

  test("is never added to the media link", () => {
    const extras =
      /\b(?:publishData|sendText|sendFile|streamText|setAttributes|setMetadata|performRpc|publishDtmf)\b/gu;
    expect(places(extras)).toEqual([]);
  });

  test("is no measurement the browser would send by itself", () => {
    expect(
      places(/\b(?:ReportingObserver|Report-To|ping=|<a [^>]*\bping\b|web-vitals|analytics)/giu),
    ).toEqual([]);
  });
});

describe("what is known about attention", () => {
  test("is when the talk key was let go with the window, and when the page is closed; nothing else", () => {
    const signals =
      /visibilitychange|visibilityState|document\.hidden|hasFocus\(|IdleDetector|userActivation|(?:addEventListener|removeEventListener)\(\s*"(?:blur|focus|focusin|focusout|pagehide|pageshow|freeze|resume|mouseleave|mousemove|pointerleave|scrollend|devicemotion|deviceorientation)"/gu;
    expect(places(signals)).toEqual([
      'app/MeetingRoute.tsx: addEventListener("pagehide"',
      'app/MeetingRoute.tsx: removeEventListener("pagehide"',
      'features/call/useShortcuts.ts: addEventListener("blur"',
      'features/call/useShortcuts.ts: removeEventListener("blur"',
    ]);
  });

  test("is nothing about faces, eyes or voices", () => {
    expect(
      places(
        /FaceDetector|faceapi|face-api|mediapipe|tensorflow|onnx|SpeechRecognition|pupil(?:Size|lometry)/giu,
      ),
    ).toEqual([]);
  });
});

/** Stems of words by which attention would be told, measured or graded. */
const STEMS =
  /^(?:focus|unfocus|blur|visib|hidden|invisib|idle|inactiv|gaze|stare|eye|blink|attent|inattent|distract|engag|emotion|mood|sentiment|score|scoring|rank|grade|rating|drows|yawn|lookaway|lastseen|typing|keystroke|mousemove|scroll)/iu;

/** The single words an identifier or a wire name is made of. */
function words(text: string): string[] {
  return text.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/u).filter((word) => word !== "");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, "");
}

describe("the words on the wire", () => {
  const onTheWire = FILES.filter((file) => /^(?:room\/(?:wire|rules|control)|api\/)/u.test(file));

  test("are all looked at", () => {
    expect(onTheWire).toEqual(
      expect.arrayContaining(["room/wire.ts", "room/wire-frames.ts", "api/types.ts", "api/index.ts"]),
    );
  });

  test.each(onTheWire)("%s names nothing of the kind", (file) => {
    expect(words(withoutComments(source(file))).filter((word) => STEMS.test(word))).toEqual([]);
  });

  test("would be found if they were there", () => {
    expect(words('readonly type: "focus-lost"').some((word) => STEMS.test(word))).toBe(true);
    expect(words("attentionScore").filter((word) => STEMS.test(word))).toEqual(["attention", "Score"]);
    expect(words("is_idle_since_ms").some((word) => STEMS.test(word))).toBe(true);
  });
});
