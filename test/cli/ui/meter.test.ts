import { expect, it } from "vitest";
import { sine } from "../../../src/audio/signal.js";
import { levelText, Meter, meterBar } from "../../../src/cli/ui/meter.js";

const at = (rmsDbfs: number, peakDbfs = rmsDbfs) => ({ rmsDbfs, peakDbfs, isClipping: false });

it("shows the level of the sound, and falls by 20 dB a second", () => {
  const meter = new Meter();
  meter.push(sine(1000, -10, 20, 48000), 0);
  expect(meter.read(0).rmsDbfs).toBeCloseTo(-13.01, 1);
  expect(meter.read(0).peakDbfs).toBeCloseTo(-10, 1);
  expect(meter.read(500).rmsDbfs).toBeCloseTo(-23.01, 1);
  meter.push(sine(1000, -40, 20, 48000), 500);
  expect(meter.read(500).rmsDbfs).toBeCloseTo(-23.01, 1);
  meter.push(sine(1000, -3, 20, 48000), 500);
  expect(meter.read(500).rmsDbfs).toBeCloseTo(-6.01, 1);
});

it("is at rest in silence", () => {
  const meter = new Meter();
  meter.push(new Int16Array(960), 0);
  expect(meter.read(0)).toEqual({ rmsDbfs: -Infinity, peakDbfs: -Infinity, isClipping: false });
  meter.push(sine(1000, -10, 20, 48000), 20);
  expect(meter.read(5000).rmsDbfs).toBe(-Infinity);
});

it("tells clipping for a second", () => {
  const meter = new Meter();
  meter.push(Int16Array.of(-32768, 0, 0), 0);
  expect([meter.read(999).isClipping, meter.read(1001).isClipping]).toEqual([true, false]);
});

it("draws a bar", () => {
  expect(meterBar(at(-Infinity), 6, true)).toBe("······");
  expect(meterBar(at(-30, -15), 6, true)).toBe("▮▮▮·▯·");
  expect(meterBar(at(0), 6, true)).toBe("▮▮▮▮▮▮");
  expect(meterBar(at(-30, -15), 6, false)).toBe("###.|.");
  expect(meterBar(at(6), 3, false)).toBe("###");
});

it("writes the level in a width that does not change", () => {
  expect([at(-23.4), at(-3), at(-0.2), at(-Infinity)].map((level) => levelText(level, true))).toEqual([
    "-23 dB",
    " -3 dB",
    "  0 dB",
    "  – dB",
  ]);
});
