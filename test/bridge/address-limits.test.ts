/** Limits for each address, on manual time. */
import { describe, expect, it } from "vitest";
import { readAddress } from "../../src/addresses.js";
import { AddressLimits } from "../../src/bridge/address-limits.js";
import { ManualClock } from "../../src/clock.js";

const at = (text: string) => readAddress(text)!;
const A = at("203.0.113.1");
const B = at("203.0.113.2");

describe("new connections", () => {
  it("may come at once for a second, then at the rate", () => {
    const clock = new ManualClock();
    const limits = new AddressLimits({ newPerS: 3 }, clock);
    const knocks = (n: number) => Array.from({ length: n }, () => limits.isTooFast(A));
    expect(knocks(5)).toEqual([false, false, false, true, true]);
    expect(limits.isTooFast(B)).toBe(false);
    clock.advance(333);
    expect(limits.isTooFast(A)).toBe(true);
    clock.advance(1);
    expect(knocks(2)).toEqual([false, true]);
    clock.advance(60_000);
    expect(knocks(4)).toEqual([false, false, false, true]);
  });

  it("one comes in even where less than one a second may", () => {
    const clock = new ManualClock();
    const limits = new AddressLimits({ newPerS: 0.5 }, clock);
    expect([limits.isTooFast(A), limits.isTooFast(A)]).toEqual([false, true]);
    clock.advance(2000);
    expect(limits.isTooFast(A)).toBe(false);
  });

  it("of IPv6 count by the /64 that one customer has", () => {
    const limits = new AddressLimits({ newPerS: 1 }, new ManualClock());
    expect(limits.isTooFast(at("2001:db8::1"))).toBe(false);
    expect(limits.isTooFast(at("2001:db8::ffff"))).toBe(true);
    expect(limits.isTooFast(at("2001:db8:0:1::1"))).toBe(false);
    expect(limits.isTooFast(at("::ffff:203.0.113.1"))).toBe(false);
    expect(limits.isTooFast(A)).toBe(true);
  });

  it("of more addresses than can be remembered are not kept for ever", () => {
    const limits = new AddressLimits({ newPerS: 1 }, new ManualClock());
    limits.isTooFast(A);
    for (let n = 0; n < 10_000; n++) limits.isTooFast({ bits: 32, value: BigInt(n) });
    // Forgotten, and so taken again: better than to refuse those who have done nothing.
    expect(limits.isTooFast(A)).toBe(false);
    expect(limits.isTooFast({ bits: 32, value: 9_999n })).toBe(true);
  });

  it("are not counted without a limit", () => {
    const limits = new AddressLimits({}, new ManualClock());
    expect(Array.from({ length: 1000 }, () => limits.isTooFast(A))).not.toContain(true);
  });
});

it("calls at a time are counted for each address, and given back", () => {
  const limits = new AddressLimits({ calls: 2 }, new ManualClock());
  const [first, second] = [limits.enter(A), limits.enter(A)];
  expect([limits.isFull(A), limits.isFull(B)]).toEqual([true, false]);
  first!();
  expect(limits.isFull(A)).toBe(false);
  limits.enter(A);
  expect(limits.isFull(A)).toBe(true);
  second!();
  expect(limits.isFull(A)).toBe(false);
});

it("any number of calls may come without a limit", () => {
  const limits = new AddressLimits({}, new ManualClock());
  for (let n = 0; n < 100; n++) limits.enter(A);
  expect(limits.isFull(A)).toBe(false);
});
