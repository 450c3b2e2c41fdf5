import { expect, it } from "vitest";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { plainSamples } from "../../src/audio/plain-samples.js";

it("reads μ-law and PCM", () => {
  expect([...plainSamples(Uint8Array.of(0xff, 0x00, 0x80), PORTAL_FORMATS.g711_ulaw)]).toEqual([
    0, -32124, 32124,
  ]);
  expect([...plainSamples(Uint8Array.of(0x01, 0x00, 0x00, 0x80, 7), pcm16(8000))]).toEqual([1, -32768]);
});

it("does not take Opus for either", () => {
  expect(() => plainSamples(new Uint8Array(2), { encoding: "opus" })).toThrow(RangeError);
});
