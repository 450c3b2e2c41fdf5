import { describe, expect, it } from "vitest";
import { type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { levelDbfs, peakDbfs } from "../../src/audio/level.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { silence, sine } from "../../src/audio/signal.js";

const formats: { name: string; format: MediaFormat; bytes: (samples: Int16Array) => Uint8Array }[] = [
  { name: "pcm16", format: pcm16(8000), bytes: pcmBytes },
  { name: "μ-law", format: PORTAL_FORMATS.g711_ulaw, bytes: (samples) => encodeUlaw(samples) },
];

describe.each(formats)("levels of $name", ({ format, bytes }) => {
  it("of sines", () => {
    for (const dbfs of [-1, -20, -40]) {
      const sound = bytes(sine(1000, dbfs, 100, 8000));
      expect(levelDbfs(sound, format)).toBeCloseTo(dbfs - 3.01, 0);
      expect(peakDbfs(sound, format)).toBeCloseTo(dbfs, 0);
    }
  });

  it("of a square wave", () => {
    const square = bytes(silence(20, 8000).map((_, i) => (i % 2 ? -32124 : 32124)));
    expect(levelDbfs(square, format)).toBeCloseTo(20 * Math.log10(32124 / 32768), 6);
    expect(peakDbfs(square, format)).toBeCloseTo(20 * Math.log10(32124 / 32768), 6);
  });

  it("of silence and of nothing", () => {
    expect(levelDbfs(bytes(silence(20, 8000)), format)).toBe(Number.NEGATIVE_INFINITY);
    expect(peakDbfs(bytes(silence(20, 8000)), format)).toBe(Number.NEGATIVE_INFINITY);
    expect(levelDbfs(new Uint8Array(0), format)).toBe(Number.NEGATIVE_INFINITY);
  });
});

it("reaches 0 dBFS at full scale, at any address and with an odd byte at the end", () => {
  const memory = Uint8Array.of(9, 0x00, 0x80, 0x00, 0x80, 7);
  expect(levelDbfs(memory.subarray(1), pcm16(24000))).toBe(0);
  expect(peakDbfs(memory.subarray(1), pcm16(24000))).toBe(0);
});

it("refuses Opus", () => {
  expect(() => levelDbfs(new Uint8Array(1), PORTAL_FORMATS.opus)).toThrow(RangeError);
  expect(() => peakDbfs(new Uint8Array(1), PORTAL_FORMATS.opus)).toThrow(RangeError);
});
