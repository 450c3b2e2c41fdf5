import { describe, expect, it } from "vitest";
import {
  bestLag,
  click,
  silence,
  sinadDb,
  sine,
  sweep,
  toneDbfs,
  whiteNoise,
} from "../../src/audio/signal.js";

describe("signals", () => {
  it("have the length asked for", () => {
    const lengths = [
      sine(440, -6, 20, 24000),
      silence(20, 24000),
      click(5, 20, 24000),
      sweep(300, 3400, -6, 20, 24000),
      whiteNoise(1, -6, 20, 24000),
    ].map((signal) => signal.length);
    expect(lengths).toEqual([480, 480, 480, 480, 480]);
  });

  it("touch full scale at 0 dBFS and never wrap", () => {
    expect(Math.max(...sine(1000, 0, 100, 48000))).toBe(32767);
    expect(Math.min(...sine(1000, 0, 100, 48000))).toBe(-32767);
  });

  it("put a click at its time", () => {
    const signal = click(3000, 4000, 8000);
    expect(signal.indexOf(16383)).toBe(24000);
    expect(signal.lastIndexOf(16383)).toBe(24007);
    expect(signal.filter((sample) => sample !== 0).length).toBe(8);
  });

  it("repeat noise for the same seed only, evenly up to its peak", () => {
    const noise = whiteNoise(7, -20, 1000, 8000);
    expect(whiteNoise(7, -20, 1000, 8000)).toEqual(noise);
    expect(whiteNoise(8, -20, 1000, 8000)).not.toEqual(noise);
    expect(Math.max(...noise)).toBeGreaterThan(3200);
    expect(Math.max(...noise)).toBeLessThanOrEqual(3277);
    expect(Math.abs(noise.reduce((sum, sample) => sum + sample, 0) / noise.length)).toBeLessThan(60);
  });
});

describe("measurements", () => {
  it("find a tone's level at any frequency and length", () => {
    for (const hz of [50, 307.3, 1004, 3391]) {
      for (const dbfs of [0, -10, -40]) {
        expect(toneDbfs(sine(hz, dbfs, 123.4, 8000), 8000, hz)).toBeCloseTo(dbfs, 2);
      }
    }
    expect(toneDbfs(silence(20, 8000), 8000, 1000)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("are not fooled by DC or by another tone", () => {
    const other = sine(2000, -6, 100, 8000);
    const mixed = sine(1000, -20, 100, 8000).map((sample, i) => sample + other[i] + 500);
    expect(toneDbfs(mixed, 8000, 1000)).toBeCloseTo(-20, 2);
  });

  it("find the SINAD: rounding alone gives 98 dB, another tone its distance, DC nothing", () => {
    const tone = sine(1020, 0, 500, 8000);
    expect(sinadDb(tone, 8000, 1020)).toBeCloseTo(98, -0.5);
    const other = sine(2000, -40, 500, 8000);
    const disturbed = tone.map((sample, i) =>
      Math.max(-32767, Math.min(32767, sample / 2 + other[i] / 2 + 300)),
    );
    expect(sinadDb(disturbed, 8000, 1020)).toBeCloseTo(40, 0);
    expect(sinadDb(silence(20, 8000), 8000, 1000)).toBeNaN();
  });

  it("find by how much one signal lags another", () => {
    const original = sweep(300, 3400, -6, 100, 8000);
    const later = new Int16Array(original.length + 50);
    later.set(original, 17);
    expect(bestLag(original, later, 40)).toEqual({ lag: 17, correlation: expect.closeTo(1, 6) });
    expect(bestLag(later, original, 40).lag).toBe(-17);
    expect(bestLag(original, silence(100, 8000), 40)).toEqual({ lag: 0, correlation: 0 });
  });
});
