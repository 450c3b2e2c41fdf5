/** Whose address counts: the socket's, or what trusted proxies say. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { readRange, spellAddress } from "../../src/addresses.js";
import { peerAddress } from "../../src/bridge/peer.js";

function seen(remoteAddress: string | undefined, forwarded: string | undefined, trusted: string[]): string {
  const request = { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } };
  const peer = peerAddress(
    request as unknown as Parameters<typeof peerAddress>[0],
    trusted.map((text) => readRange(text)!),
  );
  return peer ? spellAddress(peer) : "nobody";
}

it.each([
  ["the socket's", "198.51.100.1", undefined, [], "198.51.100.1"],
  ["whatever it says of itself", "198.51.100.1", "203.0.113.1", [], "198.51.100.1"],
  ["also when it is no proxy of ours", "198.51.100.1", "203.0.113.1", ["10.0.0.0/8"], "198.51.100.1"],
  ["IPv4 in IPv6", "::ffff:198.51.100.1", undefined, [], "198.51.100.1"],
  ["what a proxy says", "127.0.0.1", "203.0.113.1", ["127.0.0.1"], "203.0.113.1"],
  ["a proxy seen as IPv6", "::ffff:127.0.0.1", "203.0.113.1", ["127.0.0.1"], "203.0.113.1"],
  ["not what was made up before", "10.0.0.1", "1.1.1.1, 203.0.113.1", ["10.0.0.0/8"], "203.0.113.1"],
  ["behind two proxies", "10.0.0.1", "1.1.1.1, 203.0.113.1,10.0.0.2", ["10.0.0.0/8"], "203.0.113.1"],
  ["a proxy that asks for itself", "10.0.0.1", undefined, ["10.0.0.0/8"], "10.0.0.1"],
  ["with a port", "10.0.0.1", "203.0.113.1:5060", ["10.0.0.0/8"], "203.0.113.1"],
  ["IPv6 with a port", "10.0.0.1", "[2001:db8::1]:5060", ["10.0.0.0/8"], "2001:db8:0:0:0:0:0:1"],
  ["IPv6 without brackets", "10.0.0.1", "2001:db8::1", ["10.0.0.0/8"], "2001:db8:0:0:0:0:0:1"],
  ["what cannot be read", "10.0.0.1", "203.0.113.1, unknown", ["10.0.0.0/8"], "nobody"],
  ["a socket that is gone", undefined, "203.0.113.1", ["0.0.0.0/0"], "nobody"],
])("%s", (_, socket, forwarded, trusted, expected) => {
  expect(seen(socket, forwarded, trusted)).toBe(expected);
});

it("cannot be forged by what stands before the address that the proxy wrote", () => {
  const anything = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.constant("10.0.0.9"));
  fc.assert(
    fc.property(fc.array(anything), (made) => {
      const forwarded = [...made, "203.0.113.1"].join(",");
      expect(seen("10.0.0.1", forwarded, ["10.0.0.0/8"])).toBe("203.0.113.1");
    }),
  );
});
