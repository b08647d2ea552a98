import { expect, test } from "vitest";
import { sourceFailure } from "./failures";

function error(name: string, message = ""): Error {
  return Object.assign(new Error(message), { name });
}

test("a refused device is told apart from a missing or a busy one", () => {
  expect(sourceFailure("camera", error("NotAllowedError", "Permission denied"))).toBe("denied");
  expect(sourceFailure("camera", error("NotFoundError"))).toBe("missing");
  expect(sourceFailure("microphone", error("NotReadableError"))).toBe("in-use");
  expect(sourceFailure("microphone", error("SomethingElse"))).toBe("unknown");
  expect(sourceFailure("microphone", "no error at all")).toBe("unknown");
});

test("closing the picker of screens is a change of mind; the system's no is not", () => {
  expect(sourceFailure("screen", error("NotAllowedError", "Permission denied"))).toBe("cancelled");
  expect(sourceFailure("screen", error("NotAllowedError", "Permission denied by system"))).toBe("denied");
  expect(sourceFailure("screen", error("TypeError"))).toBe("unsupported");
});
