import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { isFromHere } from "../src/from-here.js";

const asked = (remoteAddress: string, headers: Record<string, string>) =>
  isFromHere({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);

it.each([
  ["127.0.0.1", "127.0.0.1:8081"],
  ["::ffff:127.0.0.1", "localhost:8081"],
  ["::1", "[::1]:8081"],
])("from %s to %s is from here", (address, host) => expect(asked(address, { host })).toBe(true));

it.each([
  ["192.168.1.7", "127.0.0.1:8081"],
  ["127.0.0.1", "192.168.1.7:8081"],
  ["127.0.0.1", "evil.example"],
  ["127.0.0.1", "localhost.evil.example"],
  ["127.0.0.1", "127.0.0.1.evil.example"],
  ["127.0.0.1", "a b"],
  ["127.0.0.1", ""],
  ["127.0.0.1", "127.0.0.999"],
  ["127.0.0.1", "127.0.0.1@evil.example"],
  ["", "127.0.0.1"],
])("from %j to %j is not", (address, host) => expect(asked(address, { host })).toBe(false));

it.each(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "x-real-ip"])(
  "what was passed on, as %s tells, is not",
  (header) => expect(asked("127.0.0.1", { host: "127.0.0.1:8081", [header]: "203.0.113.9" })).toBe(false),
);

it("whoever names no host is here only where it is said which one is meant", () => {
  expect(asked("127.0.0.1", {})).toBe(false);
});

it.each([
  ["127.0.0.1", "127.0.0.1:8080", {}, true],
  ["::1", "[::1]:8080", {}, true],
  ["::ffff:127.0.0.1", "localhost", {}, true],
  ["127.0.0.1", undefined, {}, true],
  ["203.0.113.7", "127.0.0.1:8080", {}, false],
  ["::ffff:203.0.113.7", "localhost", {}, false],
  [undefined, "localhost", {}, false],
  ["127.0.0.1", "pbx.example.com", {}, false],
  ["127.0.0.1", "localhost.example.com", {}, false],
  ["127.0.0.1", "127.0.0.1.example.com", {}, false],
  ["127.0.0.1", "localhost", { "x-forwarded-for": "203.0.113.7" }, false],
  ["127.0.0.1", "localhost", { via: "1.1 x" }, false],
])("asked from %s for %s with %j: %s", (remoteAddress, host, headers, isHere) => {
  const request = { socket: { remoteAddress }, headers: { ...headers, ...(host !== undefined && { host }) } };
  expect(isFromHere(request as never, "localhost")).toBe(isHere);
});
