/** IP addresses and ranges, held against Node's own reading of them. */
import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstOf, isWithin, readAddress, readRange, spellAddress, spellRange } from "../src/addresses.js";

const has = (range: string, address: string) => isWithin(readAddress(address)!, readRange(range)!);

describe("a range", () => {
  it.each([
    ["203.0.113.0/24", "203.0.113.255", true],
    ["203.0.113.0/24", "203.0.114.0", false],
    ["203.0.113.7", "203.0.113.7", true],
    ["203.0.113.7", "203.0.113.8", false],
    ["0.0.0.0/0", "198.51.100.1", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["::/0", "2001:db8::1", true],
    ["::/0", "198.51.100.1", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8::1", "2001:0DB8:0:0::0:1", true],
    ["203.0.113.0/24", "::ffff:203.0.113.9", true],
    ["203.0.113.0/24", "::ffff:cb00:7109", true],
    ["::ffff:203.0.113.0/120", "203.0.113.9", true],
    ["::ffff:203.0.113.0/120", "203.0.114.9", false],
    ["fe80::/10", "fe80::1%eth0", true],
    ["64:ff9b::203.0.113.0/120", "64:ff9b::cb00:7101", true],
  ])("%s has %s: %s", (range, address, expected) => {
    expect(has(range, address)).toBe(expected);
  });

  it.each([
    "",
    "/",
    "/8",
    "10.0.0.0/33",
    "::/129",
    "10.0.0/8",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "host",
    "[::1]",
    "010.0.0.1",
    "1::2::3",
    " 10.0.0.1",
  ])("%j is none", (text) => expect(readRange(text)).toBeUndefined());

  it("is named by its first address", () => {
    expect(spellRange(firstOf(readRange("10.1.2.3/8")!))).toBe("10.0.0.0/8");
    expect(spellRange(firstOf(readRange("2001:db8::1/32")!))).toBe("2001:db8:0:0:0:0:0:0/32");
    expect(spellRange(readRange("10.1.2.3")!)).toBe("10.1.2.3");
  });
});

it("has what Node's own list has", () => {
  const ip = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(ip, ip, fc.nat(128), fc.boolean(), (base, other, length, near) => {
      const width = base.includes(":") ? 128 : 32;
      const prefix = length % (width + 1);
      const range = readRange(`${base}/${prefix}`)!;
      // Half of the addresses are ones that could well be in it.
      const address = near ? spellAddress(firstOf(range).first) : other;
      const list = new BlockList();
      list.addSubnet(spellAddress(range.first), range.prefix, range.first.bits === 32 ? "ipv4" : "ipv6");
      const read = readAddress(address)!;
      const expected = list.check(spellAddress(read), read.bits === 32 ? "ipv4" : "ipv6");
      // Node counts IPv4 to the IPv6 ranges that enclose its place there; here they are two worlds.
      if (read.bits === range.first.bits) expect(isWithin(read, range)).toBe(expected);
      else expect(isWithin(read, range)).toBe(false);
    }),
  );
});

it("reads again what it spells, and never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
      const address = readAddress(text);
      if (address) expect(readAddress(spellAddress(address))).toEqual(address);
      readRange(text);
    }),
  );
});
