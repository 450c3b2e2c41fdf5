import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeAdpcm, encodeAdpcm } from "../../src/audio/adpcm.js";
import { silence, sinadDb, sine } from "../../src/audio/signal.js";

it("keeps a tone well enough to listen to, in four bits a sample", () => {
  const tone = sine(500, -6, 1000, 8000);
  const bytes = encodeAdpcm(tone);
  expect(bytes.length).toBe(4 + tone.length / 2);
  expect(sinadDb(decodeAdpcm(bytes).subarray(800), 8000, 500)).toBeGreaterThan(25);
});

it("keeps silence silent", () => {
  expect(decodeAdpcm(encodeAdpcm(silence(100, 8000)))).toEqual(silence(100, 8000));
});

it("gives as many samples as it was given, also from bytes that are nothing", () => {
  fc.assert(
    fc.property(fc.int16Array(), (samples) => {
      expect(decodeAdpcm(encodeAdpcm(samples)).length).toBe(samples.length);
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeAdpcm(bytes)));
});
