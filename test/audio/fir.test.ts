import fc from "fast-check";
import { expect, it } from "vitest";
import { FirTaps, filtered, loadSamples, samples } from "../../src/audio/fir.js";

/** Few filters only: each keeps its place for ever. */
const LENGTHS = [1, 3, 4, 31, 153];
const rows = LENGTHS.map((length) =>
  Float64Array.from({ length }, (_, tap) => Math.sin(1 + tap * length) / Math.sqrt(length)),
);
const filters = rows.map((row) => new FirTaps(row));

const sample = fc.integer({ min: -32768, max: 32767 });

function load(window: readonly number[]): void {
  samples.fill(0);
  samples.set(window);
  loadSamples(window.length);
}

it("gives the sum of products, rounded and saturated", () => {
  fc.assert(
    fc.property(
      fc.nat(LENGTHS.length - 1),
      fc.array(sample, { minLength: 153, maxLength: 400 }),
      fc.integer({ min: 1, max: 6 }),
      (which, window, step) => {
        const row = rows[which];
        const count = Math.floor((window.length - row.length) / step) + 1;
        load(window);
        filters[which].filter(0, step, 0, 1, count);
        for (let k = 0; k < count; k++) {
          const sum = row.reduce((total, tap, i) => total + tap * window[k * step + i], 0);
          const expected = Math.max(-32768, Math.min(32767, sum));
          // Half a step of rounding, and what a float of 24 bits may add to it.
          expect(Math.abs(filtered[k] - expected)).toBeLessThan(0.52);
        }
      },
    ),
  );
});

it("gives an output the same wherever it stands, from any sample on", () => {
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 200, maxLength: 200 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 6 }),
      (window, from, stride) => {
        load(window);
        filters[3].filter(0, 1, 0, 1, 169);
        const all = filtered.slice(0, 169);
        filters[3].filter(from, 1, 2, stride, 100);
        for (let k = 0; k < 100; k++) expect(filtered[2 + k * stride]).toBe(all[from + k]);
      },
    ),
  );
});
