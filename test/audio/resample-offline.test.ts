import { describe, expect, it } from "vitest";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { bestLag, silence, sinadDb, sine, sweep, toneDbfs } from "../../src/audio/signal.js";

/** Without the ends, where the signal starts and stops at once. */
const middle = (samples: Int16Array, rate: number) => samples.subarray(rate / 50, -rate / 50);

describe.each([
  [44100, 8000],
  [22050, 8000],
  [11025, 24000],
  [44100, 48000],
  [8000, 16000],
  [48000, 8000],
])("%i to %i Hz", (from, to) => {
  it("is flat and clean up to 3.4 kHz", () => {
    for (const hz of [300, 1020, 3400]) {
      const output = middle(resampleAll(sine(hz, -1, 200, from), from, to), to);
      expect(toneDbfs(output, to, hz)).toBeCloseTo(-1, 1);
      expect(sinadDb(output, to, hz)).toBeGreaterThan(75);
    }
  });

  it("keeps time and length", () => {
    const output = resampleAll(sweep(300, 3300, -6, 200, from), from, to);
    expect(output.length).toBe(to / 5);
    const { lag, correlation } = bestLag(sweep(300, 3300, -6, 200, to), output, 50);
    expect(lag).toBe(0);
    expect(correlation).toBeGreaterThan(0.9999);
  });
});

it("lets nothing fold", () => {
  for (const hz of [4050, 5000, 11000, 19999]) {
    const output = middle(resampleAll(sine(hz, 0, 200, 44100), 44100, 8000), 8000);
    expect(Math.max(...output)).toBeLessThan(10);
  }
});

it("saturates, keeps a constant, and leaves the same rate alone", () => {
  const square = silence(50, 11025).map((_, i) => (i % 10 < 5 ? 32767 : -32768));
  expect(Math.max(...resampleAll(square, 11025, 24000))).toBe(32767);
  const constant = resampleAll(silence(100, 44100).fill(1000), 44100, 8000);
  expect(middle(constant, 8000).every((sample) => sample === 1000)).toBe(true);
  expect(resampleAll(square, 8000, 8000)).toEqual(square);
  expect(resampleAll(new Int16Array(0), 44100, 8000).length).toBe(0);
});
