import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Concealment, crossfade, pitchOf, pitchSamples } from "../../src/audio/pitch.js";
import { silence, sine, whiteNoise } from "../../src/audio/signal.js";

const RATES = [8000, 16000, 24000, 48000];

describe("pitchOf", () => {
  it.each(RATES)("finds the period of a tone at %i Hz", (rate) => {
    for (const hz of [80, 120, 200, 310]) {
      const { period, likeness } = pitchOf(sine(hz, -10, 40, rate), rate);
      const periods = (period * hz) / rate;
      expect(Math.abs(periods - Math.round(periods))).toBeLessThan(0.05);
      expect(likeness).toBeGreaterThan(0.98);
    }
  });

  it("finds none in noise or in silence", () => {
    expect(pitchOf(whiteNoise(1, -10, 40, 48000), 48000).likeness).toBeLessThan(0.5);
    expect(pitchOf(silence(40, 48000), 48000).likeness).toBe(0);
  });
});

describe("Concealment", () => {
  it.each(RATES)("goes on where a tone stopped, without a click, and fades to silence at %i Hz", (rate) => {
    const history = sine(150, -6, 40, rate).slice(-pitchSamples(rate));
    const concealment = new Concealment(history, rate);
    const madeUp = concealment.take((rate * 80) / 1000);
    expect(concealment.isOver).toBe(true);
    const whole = [...history, ...madeUp];
    const steps = whole.slice(1).map((sample, i) => Math.abs(sample - whole[i]!));
    const natural = Math.max(...steps.slice(0, history.length - 1));
    expect(Math.max(...steps)).toBeLessThanOrEqual(natural * 1.2 + 2);
    expect([...madeUp.slice(-rate / 100)].every((sample) => sample === 0)).toBe(true);
  });

  it("stays within 16 bits whatever came before", () => {
    fc.assert(
      fc.property(fc.int16Array({ minLength: 201, maxLength: 201 }), (history) => {
        const concealment = new Concealment(history, 8000);
        for (const sample of concealment.take(640)) expect(Math.abs(sample)).toBeLessThanOrEqual(32768);
        expect(concealment.isOver).toBe(true);
      }),
    );
  });
});

it("crossfade goes from one to the other", () => {
  const faded = crossfade(new Int16Array(10).fill(1000), 0, new Int16Array(12).fill(-1000), 2, 10);
  expect([...faded]).toEqual([900, 700, 500, 300, 100, -100, -300, -500, -700, -900]);
});
