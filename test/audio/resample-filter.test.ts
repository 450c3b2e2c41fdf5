import { describe, expect, it } from "vitest";
import { DELAY, lowpass } from "../../src/audio/resample-filter.js";

/** The response at a frequency in units of the lower rate, seen from the prescribed delay. */
function response(filter: Float64Array, factor: number, frequency: number): { db: number; degrees: number } {
  let real = 0;
  let imaginary = 0;
  for (let n = 0; n < filter.length; n++) {
    const angle = 2 * Math.PI * frequency * (n / factor - DELAY);
    real += filter[n] * Math.cos(angle);
    imaginary -= filter[n] * Math.sin(angle);
  }
  return {
    db: 20 * Math.log10(Math.hypot(real, imaginary)),
    degrees: (Math.atan2(imaginary, real) * 180) / Math.PI,
  };
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

describe.each([2, 3, 6])("at %i times the lower rate", (factor) => {
  const down = lowpass(factor, "down");
  const up = lowpass(factor, "up");

  it("passes 0 to 0.425 within 0.06 dB, with a phase true to 0.4 degrees", () => {
    for (const frequency of steps(0, 0.425, 0.0005)) {
      for (const filter of [down, up]) {
        const { db, degrees } = response(filter, factor, frequency);
        expect(Math.abs(db), `${frequency}`).toBeLessThan(0.06);
        expect(Math.abs(degrees), `${frequency}`).toBeLessThan(0.4);
      }
    }
  });

  it("holds nothing back for longer than 16 samples of the lower rate, 2 ms at 8 kHz", () => {
    for (const frequency of steps(0.0005, 0.425, 0.0005)) {
      const turned =
        response(down, factor, frequency).degrees - response(down, factor, frequency - 0.0005).degrees;
      expect(DELAY - turned / 360 / 0.0005, `${frequency}`).toBeLessThan(16);
    }
  });

  it("is 70 dB down from 0.5 on where that would fold", () => {
    for (const frequency of steps(0.5, factor / 2, 0.0005)) {
      expect(response(down, factor, frequency).db, `${frequency}`).toBeLessThan(-70);
    }
  });

  it("is 70 dB down from 0.575 on where images of the pass band would stand", () => {
    for (const frequency of steps(0.575, factor / 2, 0.0005)) {
      expect(response(up, factor, frequency).db, `${frequency}`).toBeLessThan(-70);
    }
  });

  it("does not swell in the slope between", () => {
    for (const frequency of steps(0.425, 0.5, 0.0005)) {
      expect(response(down, factor, frequency).db).toBeLessThan(0.25);
      expect(response(up, factor, frequency).db).toBeLessThan(0.25);
    }
  });

  it("going up, is symmetric", () => {
    expect(up.length).toBe(2 * DELAY * factor + 1);
    for (let n = 0; n < up.length; n++) expect(up[n]).toBeCloseTo(up[up.length - 1 - n], 9);
  });
});
