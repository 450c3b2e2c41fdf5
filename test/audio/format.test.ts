import { describe, expect, it } from "vitest";
import {
  bytesPerMs,
  formatName,
  frameBytes,
  isSampleRate,
  PORTAL_FORMATS,
  pcm16,
  SAMPLE_RATES,
  sameFormat,
  silenceByte,
} from "../../src/audio/format.js";

describe("media formats", () => {
  it("know the size of a 20 ms frame", () => {
    expect(frameBytes(PORTAL_FORMATS.g711_ulaw)).toBe(160);
    expect(frameBytes(PORTAL_FORMATS.pcm16)).toBe(960);
    expect(SAMPLE_RATES.map((rate) => bytesPerMs(pcm16(rate)))).toEqual([16, 32, 48, 96]);
  });

  it("refuse to give Opus a constant size", () => {
    expect(() => frameBytes(PORTAL_FORMATS.opus)).toThrow(RangeError);
  });

  it("know the byte of silence", () => {
    expect(silenceByte(PORTAL_FORMATS.g711_ulaw)).toBe(0xff);
    expect(silenceByte(pcm16(16000))).toBe(0);
  });

  it("are the same only when encoding and rate are", () => {
    expect(sameFormat(pcm16(24000), PORTAL_FORMATS.pcm16)).toBe(true);
    expect(sameFormat(pcm16(24000), pcm16(16000))).toBe(false);
    expect(sameFormat(pcm16(8000), PORTAL_FORMATS.g711_ulaw)).toBe(false);
  });

  it("have a name", () => {
    expect(formatName(PORTAL_FORMATS.g711_ulaw)).toBe("g711_ulaw/8000");
  });

  it("run at four rates only", () => {
    expect([8000, 16000, 24000, 48000, 0, 44100, Number.NaN].map(isSampleRate)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
