/** The same speech has the same fingerprint, whatever carries it; other speech has another. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Fingerprints, similarity } from "../../src/analysis/fingerprint.js";
import { PORTAL_FORMATS, pcm16 } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { silence, whiteNoise } from "../../src/audio/signal.js";
import { loadSource } from "../../src/simulate/source.js";
import { cutRagged } from "../audio/ragged.js";

const ULAW = PORTAL_FORMATS.g711_ulaw;
const hello = await loadSource({ type: "sample-voice", clip: "hello" });
const hours = await loadSource({ type: "sample-voice", clip: "hours" });
const LENGTH_MS = 1860;

/** Of the first 1.86 s of a source, heard from `at` on. */
function print(samples: Int16Array, at = 0): string {
  const prints = new Fingerprints(ULAW);
  prints.hear(at, encodeUlaw(samples));
  return prints.of({ from: 0, to: LENGTH_MS });
}

const said = hello.samplesAt(8000);
const saidPrint = print(said);

test("a fingerprint is small, and like itself", () => {
  expect(saidPrint.length).toBeLessThan(220);
  expect(similarity(saidPrint, saidPrint)).toBe(1);
});

test("the level does not matter, nor a frame more before it", () => {
  expect(similarity(saidPrint, print(said.map((sample) => sample / 2)))).toBeGreaterThan(0.97);
  for (const late of [5, 20, 45, 100, 160])
    expect(similarity(saidPrint, print(said, late)), `${late}`).toBeGreaterThan(0.95);
});

test("neither holes nor silence that is sent in place of a pause matter", () => {
  const codes = encodeUlaw(said);
  const holed = new Fingerprints(ULAW);
  for (let i = 0; i < codes.length; i += 160)
    holed.hear(i / 8 + (i > 3200 ? 70 : 0) + (i > 8000 ? 400 : 0), codes.subarray(i, i + 160));
  expect(similarity(saidPrint, holed.of({ from: 0, to: LENGTH_MS + 470 }))).toBe(1);
  const paused = new Fingerprints(ULAW);
  paused.hear(0, codes.subarray(0, 8000));
  paused.hear(1000, encodeUlaw(silence(400, 8000)));
  paused.hear(1400, codes.subarray(8000));
  expect(similarity(saidPrint, paused.of({ from: 0, to: LENGTH_MS + 400 }))).toBeGreaterThan(0.97);
});

test.each([16000, 24000, 48000] as const)("%i Hz sound as 8 kHz do", (rate) => {
  const prints = new Fingerprints(pcm16(rate));
  prints.hear(0, pcmBytes(hello.samplesAt(rate)));
  expect(similarity(saidPrint, prints.of({ from: 0, to: LENGTH_MS }))).toBeGreaterThan(0.95);
});

test("other words, half of the words, noise and a wrong encoding are told apart", () => {
  const wrong = new Fingerprints(ULAW);
  wrong.hear(0, pcmBytes(said));
  expect(similarity(saidPrint, print(hours.samplesAt(8000)))).toBeLessThan(0.85);
  expect(similarity(saidPrint, print(said.subarray(0, said.length / 2)))).toBeLessThan(0.75);
  expect(similarity(saidPrint, print(whiteNoise(1, -20, LENGTH_MS, 8000)))).toBeLessThan(0.7);
  expect(similarity(saidPrint, wrong.of({ from: 0, to: LENGTH_MS }))).toBeLessThan(0.7);
});

test("of silence, and of what is no fingerprint, nothing is said", () => {
  expect(print(silence(LENGTH_MS, 8000))).toBe("");
  for (const odd of ["", "%%%", "AAAA"]) expect(similarity(saidPrint, odd)).toBeUndefined();
});

test("a stretch of a call is the same wherever it lies in the call", () => {
  const prints = new Fingerprints(ULAW);
  prints.hear(0, encodeUlaw(hours.samplesAt(8000)));
  prints.hear(5000, encodeUlaw(said));
  expect(similarity(saidPrint, prints.of({ from: 5000, to: 5000 + LENGTH_MS }))).toBeGreaterThan(0.99);
  expect(prints.of({ from: 3000, to: 4000 })).toBe("");
  expect(prints.of({ from: 4000, to: 3000 })).toBe("");
});

test("however the audio is cut, it is nearly the same", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 80, max: 3000 }), { maxLength: 30 }), (sizes) => {
      const prints = new Fingerprints(ULAW);
      let at = 0;
      for (const piece of cutRagged(encodeUlaw(said), sizes)) {
        prints.hear(at / 8, piece);
        at += piece.length;
      }
      expect(similarity(saidPrint, prints.of({ from: 0, to: LENGTH_MS }))).toBeGreaterThan(0.85);
    }),
    { numRuns: 50 },
  );
});

test("any bytes are compared without an error, and a thing is as like another as the other is like it", () => {
  const prints = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("base64"));
  fc.assert(
    fc.property(prints, prints, (a, b) => {
      const alike = similarity(a, b);
      expect(alike).toBe(similarity(b, a));
      if (alike !== undefined) expect(alike).toSatisfy((value: number) => value >= 0 && value <= 1);
    }),
  );
});
