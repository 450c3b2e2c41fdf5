import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SAMPLE_RATES, type SampleRate } from "../../src/audio/format.js";
import { decodeUlaw, encodeUlaw } from "../../src/audio/g711.js";
import { Resampler } from "../../src/audio/resample.js";
import { bestLag, silence, sinadDb, sine, sweep, toneDbfs, whiteNoise } from "../../src/audio/signal.js";
import { cutRagged, joinSamples } from "./ragged.js";

const pairs = SAMPLE_RATES.flatMap((from) => SAMPLE_RATES.map((to) => ({ from, to })));
const changes = pairs.filter(({ from, to }) => from !== to);
const telephone = changes.filter(({ from, to }) => from === 8000 || to === 8000);

const TONES_HZ = [300, 440, 1020, 1477, 2003, 2500, 3001, 3399];

function resample(samples: Int16Array, ...rates: SampleRate[]): Int16Array {
  return rates.slice(1).reduce((audio, to, i) => new Resampler(rates[i], to).process(audio), samples);
}

/** Without the first 20 ms, in which the filter fills. */
function settled(samples: Int16Array, rate: number): Int16Array {
  return samples.subarray(rate / 50);
}

describe.each(pairs)("$from to $to Hz", ({ from, to }) => {
  it("gives a whole frame for every frame, also for the first", () => {
    const resampler = new Resampler(from, to);
    for (let frame = 0; frame < 5; frame++) {
      expect(resampler.process(silence(20, from)).length).toBe(to / 50);
    }
  });

  it("gives the same samples in any chunking", () => {
    const input = whiteNoise(1, -3, 50, from);
    const whole = new Resampler(from, to);
    const expected = joinSamples([whole.process(input), whole.flush()]);
    const chunked = new Resampler(from, to);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(7), fc.nat(700)), { maxLength: 40 }), (sizes) => {
        const pieces = cutRagged(input, sizes).map((chunk) => chunked.process(chunk));
        expect(joinSamples([...pieces, chunked.flush()])).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("keeps silence and a constant as they are", () => {
    expect(resample(silence(40, from), from, to).every((sample) => sample === 0)).toBe(true);
    const constant = resample(silence(60, from).fill(12345), from, to);
    expect(settled(constant, to).every((sample) => sample === 12345)).toBe(true);
  });

  it("saturates instead of wrapping round", () => {
    const square = silence(100, from).map((_, i) => (i % 16 < 8 ? 32767 : -32768));
    const output = resample(square, from, to);
    // A wrapped peak would stand as a negative sample between two large positive ones.
    for (let i = 1; i < output.length - 1; i++) {
      if (output[i - 1] > 30000 && output[i + 1] > 30000) expect(output[i]).toBeGreaterThan(0);
    }
    if (from < to) expect(Math.max(...output)).toBe(32767);
  });

  it("delays by at most 2 ms, by as much as it says, and gives the rest when flushed", () => {
    const resampler = new Resampler(from, to);
    expect(resampler.delayMs).toBeLessThan(2);
    const top = 0.4 * Math.min(from, to);
    const output = joinSamples([resampler.process(sweep(200, top, -6, 100, from)), resampler.flush()]);
    const { lag, correlation } = bestLag(sweep(200, top, -6, 100, to), output, to / 100);
    const delay = (resampler.delayMs * to) / 1000;
    expect(Math.abs(lag - delay)).toBeLessThanOrEqual(0.5); // 22.5 samples from 16 to 24 kHz, whole elsewhere
    expect(correlation).toBeGreaterThan(lag === delay ? 0.9999 : 0.85);
    expect(output.length).toBe(Math.ceil(to / 10 + delay));
  });
});

it("starts anew after reset and flush", () => {
  const resampler = new Resampler(24000, 8000);
  const input = whiteNoise(2, -3, 21, 24000);
  const first = resampler.process(input);
  resampler.reset();
  expect(resampler.process(input)).toEqual(first);
  resampler.flush();
  expect(resampler.process(input)).toEqual(first);
});

it("takes no samples and gives none", () => {
  const resampler = new Resampler(8000, 24000);
  expect(resampler.process(new Int16Array(0)).length).toBe(0);
});

describe.each(telephone)("the telephone band from $from to $to Hz", ({ from, to }) => {
  it("is flat within 0.1 dB from 300 to 3400 Hz", () => {
    for (const hz of TONES_HZ) {
      const level = toneDbfs(settled(resample(sine(hz, -6, 220, from), from, to), to), to, hz);
      expect(Math.abs(level + 6), `${hz} Hz`).toBeLessThan(0.06);
    }
  });

  it("has noise, distortion and images 70 dB down", () => {
    for (const hz of TONES_HZ) {
      const output = settled(resample(sine(hz, -1, 220, from), from, to), to);
      expect(sinadDb(output, to, hz), `${hz} Hz`).toBeGreaterThan(70);
    }
  });
});

describe.each(changes.filter(({ from, to }) => from > to))("$from to $to Hz", ({ from, to }) => {
  it("keeps all above the new Nyquist frequency 70 dB down", () => {
    const nyquist = to / 2;
    for (const share of [1, 1.0025, 1.005, 1.01, 1.025, 1.05, 1.15, 1.25, 1.5]) {
      const hz = nyquist * share;
      if (hz >= from / 2) continue;
      const output = settled(resample(sine(hz, -1, 220, from), from, to), to);
      const alias = hz > to ? hz - to : to - hz;
      // At the Nyquist frequency itself a tone has one phase only: read the largest sample there.
      const level = share === 1 ? 20 * Math.log10(Math.max(...output) / 32767) : toneDbfs(output, to, alias);
      expect(level, `${hz} Hz`).toBeLessThan(-71);
    }
  });
});

describe.each([16000, 24000, 48000] as const)("8000 to %i Hz and back", (rate) => {
  /** Both ways together: a whole number of samples, or codes could not survive. */
  const delay = 30;

  it("returns every sample to its place", () => {
    const input = sweep(300, 3400, -6, 200, 8000);
    const { lag, correlation } = bestLag(input, resample(input, 8000, rate, 8000), 80);
    expect(lag).toBe(delay);
    expect(correlation).toBeGreaterThan(0.9999);
  });

  it("costs a μ-law tone less than 0.3 dB of its SINAD and keeps most of its codes", () => {
    for (const dbfs of [-3, -10, -20, -40]) {
      for (const hz of [1020, 307, 2003, 3391]) {
        const codes = encodeUlaw(sine(hz, dbfs, 500, 8000));
        const ideal = decodeUlaw(codes).subarray(200, -delay);
        const codesBack = encodeUlaw(resample(decodeUlaw(codes), 8000, rate, 8000)).subarray(200 + delay);
        const loss = sinadDb(ideal, 8000, hz) - sinadDb(decodeUlaw(codesBack), 8000, hz);
        expect(loss, `${hz} Hz at ${dbfs} dBFS`).toBeLessThan(0.3);
        const kept = codesBack.filter((code, i) => code === codes[200 + i]).length / codesBack.length;
        expect(kept, `${hz} Hz at ${dbfs} dBFS`).toBeGreaterThan(0.85);
      }
    }
  });
});
