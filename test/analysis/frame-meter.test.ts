import fc from "fast-check";
import { expect, it } from "vitest";
import { FrameMeter, leastSmoothness } from "../../src/analysis/frame-meter.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { levelDbfs, peakDbfs } from "../../src/audio/level.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { whiteNoise } from "../../src/audio/signal.js";
import { PCM, ULAW } from "./made-call.js";

it("measures the level and the peak that audio/level measures", () => {
  const samples = fc.int16Array({ minLength: 1, maxLength: 160 });
  fc.assert(
    fc.property(samples, (samples) => {
      for (const [format, bytes] of [
        [ULAW, encodeUlaw(samples)],
        [PCM, pcmBytes(samples)],
      ] as const) {
        const meter = new FrameMeter(format);
        expect(10 * Math.log10(meter.measure(bytes))).toBeCloseTo(levelDbfs(bytes, format), 6);
        expect(20 * Math.log10(meter.peak / 32768)).toBeCloseTo(peakDbfs(bytes, format), 6);
      }
    }),
  );
});

it("tells a slow wave from noise, whatever its mean", () => {
  const smoothness = (sample: (i: number) => number) => {
    const meter = new FrameMeter(PCM);
    meter.measure(pcmBytes(Int16Array.from({ length: 480 }, (_, i) => sample(i))));
    meter.addVoiced(20);
    return meter.smoothness;
  };
  const wave = (i: number) => 5000 * Math.sin(i / 10);
  expect(smoothness(wave)).toBeGreaterThan(0.95);
  expect(smoothness((i) => 9000 + wave(i))).toBeCloseTo(smoothness(wave), 2);
  const noise = whiteNoise(1, -10, 20, 24000);
  expect(smoothness((i) => noise[i])).toBeLessThan(leastSmoothness(24000));
  expect(new FrameMeter(PCM).smoothness).toBeNaN();
});

it("counts frames that are cut off at full scale, and the mean of what is voiced", () => {
  const meter = new FrameMeter(PCM);
  const square = (high: number) =>
    pcmBytes(Int16Array.from({ length: 480 }, (_, i) => (i % 20 < 10 ? high : -3000)));
  meter.measure(square(32767));
  meter.addVoiced(20);
  meter.measure(square(3000));
  meter.addVoiced(20);
  expect(meter).toMatchObject({
    voicedMs: 40,
    clippedMs: 20,
    voicedMean: expect.closeTo((32767 - 3000) / 4 / 32768, 3),
  });
});

it("has nothing to say of an empty frame", () => {
  const meter = new FrameMeter(ULAW);
  expect(meter.measure(new Uint8Array(0))).toBe(0);
  meter.addVoiced(0);
  expect(meter.voicedMean).toBe(0);
});
