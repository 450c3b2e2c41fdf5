import { expect, test } from "vitest";
import { endOfSocket } from "../../src/call/settings.js";

test.each([
  [1000, "caller-hung-up", 1000],
  [1001, "caller-hung-up", 1000],
  [1005, "caller-hung-up", 1000],
  [1006, "caller-lost", 1000],
  [1009, "message-too-big", 1009],
  [4000, "caller-lost", 1000],
])("a socket closed with %i means %s", (code, reason, closeCode) => {
  expect(endOfSocket(code)).toEqual([reason, expect.any(String), closeCode]);
});
