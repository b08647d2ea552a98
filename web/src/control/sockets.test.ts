import { expect, test } from "vitest";
import { controlUrl } from "./sockets";

test("the control channel is on the page's own origin, as safe as the page", () => {
  expect(controlUrl("https://meet.example.org", "aaaaa-bbbbb")).toBe(
    "wss://meet.example.org/api/v1/meetings/aaaaa-bbbbb/control",
  );
  expect(controlUrl("http://127.0.0.1:8000", "a/../b?c")).toBe(
    "ws://127.0.0.1:8000/api/v1/meetings/a%2F..%2Fb%3Fc/control",
  );
});
