/** Histograms against the exact percentile. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { percentile } from "../../src/call/metrics.js";
import { Histogram } from "../../src/simulate/histogram.js";

test("no measurement is not a fast one", () => {
  const histogram = new Histogram();
  expect(histogram.percentile(50)).toBeUndefined();
  expect(histogram.max).toBeUndefined();
  expect(histogram.mean).toBeUndefined();
  expect(histogram.count).toBe(0);
});

test("zero and less count as zero", () => {
  const histogram = new Histogram();
  histogram.record(0);
  histogram.record(-1e-9);
  expect(histogram.percentile(99)).toBe(0);
  expect(histogram.max).toBe(0);
});

test("every percentile is the exact one, or up to 0.2 % above it; maximum and mean are exact", () => {
  const values = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 100 }), (measured, p) => {
      const histogram = new Histogram();
      for (const value of measured) histogram.record(value);
      const exact = percentile(measured, p) as number;
      const found = histogram.percentile(p) as number;
      expect(found).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
      expect(found).toBeLessThanOrEqual(exact * 1.0021);
      expect(histogram.max).toBe(Math.max(...measured));
      expect(histogram.count).toBe(measured.length);
      const sum = measured.reduce((a, b) => a + b, 0);
      expect(histogram.mean).toBeCloseTo(sum / measured.length, 6);
    }),
  );
});

test("what is too large to tell apart is still counted, and the maximum stays exact", () => {
  const histogram = new Histogram();
  histogram.record(1e9);
  expect(histogram.percentile(50)).toBeGreaterThan(9e6);
  expect(histogram.max).toBe(1e9);
});
