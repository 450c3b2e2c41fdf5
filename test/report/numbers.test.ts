import fc from "fast-check";
import { expect, it } from "vitest";
import { count, percentile, spellMs } from "../../src/report/numbers.js";

it.each([
  [0, "0 ms"],
  [0.44, "0.4 ms"],
  [9.96, "10 ms"],
  [312.4, "312 ms"],
  [999.5, "1.0 s"],
  [12_345, "12.3 s"],
  [59_949, "59.9 s"],
  [59_950, "1 min 00 s"],
  [245_000, "4 min 05 s"],
])("spells %d ms as %s", (ms, text) => {
  expect(spellMs(ms)).toBe(text);
});

it("counts", () => {
  expect([0, 1, 2].map((amount) => count(amount, "call"))).toEqual(["0 calls", "1 call", "2 calls"]);
});

it("takes percentiles by nearest rank, in any order", () => {
  expect(percentile([3, 1, 2], 50)).toBe(2);
  expect(percentile([4, 1, 3, 2], 50)).toBe(2);
  expect(percentile([1], 99)).toBe(1);
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.integer({ min: 0, max: 100 }), (values, percent) => {
      const value = percentile(values, percent)!;
      expect(values).toContain(value);
      expect(values.filter((other) => other <= value).length).toBeGreaterThanOrEqual(
        (percent / 100) * values.length,
      );
      expect(percentile(values, 100)).toBe(Math.max(...values));
    }),
  );
});

it("has no percentile of nothing", () => {
  expect(percentile([], 50)).toBeNull();
});
