import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { isFromHere } from "../../src/inspector/from-here.js";

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
  ["", "127.0.0.1"],
])("from %j to %j is not", (address, host) => expect(asked(address, { host })).toBe(false));

it.each(["x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip"])(
  "what was passed on, as %s tells, is not",
  (header) => expect(asked("127.0.0.1", { host: "127.0.0.1:8081", [header]: "203.0.113.9" })).toBe(false),
);
