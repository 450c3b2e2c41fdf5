/** The sample voice as it should be, and in wrong encodings. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesPerMs, type MediaFormat, PORTAL_FORMATS } from "../../../src/audio/format.js";
import { encodeUlaw } from "../../../src/audio/g711.js";
import { pcmBytes } from "../../../src/audio/pcm.js";
import { resampleAll } from "../../../src/audio/resample-offline.js";
import { SpeechDetector } from "../../../src/audio/speech.js";
import { readWav } from "../../../src/audio/wav.js";
import { SoundCheck, type SoundFacts } from "../../../src/simulate/scenario/sound-check.js";

const { g711_ulaw: ULAW, pcm16: PCM } = PORTAL_FORMATS;
const { samples } = readWav(readFileSync(new URL("../../../src/simulate/sample-voice.wav", import.meta.url)));
const narrow = resampleAll(samples, 24000, 8000);
const times = (factor: number, of: Int16Array) =>
  of.map((sample) => Math.max(-32768, Math.min(32767, sample * factor)));

/** @param everyMs when a frame of 20 ms comes. */
function factsOf(bytes: Uint8Array, format: MediaFormat, everyMs = 20): SoundFacts {
  const check = new SoundCheck(format);
  const speech = new SpeechDetector(format);
  const size = bytesPerMs(format) * 20;
  for (let k = 0; (k + 1) * size <= bytes.length; k++) {
    const plain = bytes.subarray(k * size, (k + 1) * size);
    check.hear({ plain, ms: 20, heardAt: k * 20, voiced: speech.push(plain) }, k * everyMs);
  }
  return check.facts;
}

test.each([
  ["μ-law", encodeUlaw(narrow), ULAW, true],
  ["PCM", pcmBytes(samples), PCM, true],
  ["μ-law as PCM", encodeUlaw(narrow), PCM, false],
  ["PCM as μ-law", pcmBytes(samples), ULAW, false],
  ["PCM at 8 kHz as μ-law", pcmBytes(narrow), ULAW, false],
  ["PCM with its bytes swapped", Buffer.from(pcmBytes(samples)).swap16(), PCM, false],
] as const)("%s", (_, bytes, format, isSpeech) => {
  const { smoothness, leastSmoothness } = factsOf(bytes, format);
  expect(smoothness > leastSmoothness).toBe(isSpeech);
  // Nowhere near the limit.
  expect(Math.abs(smoothness - leastSmoothness)).toBeGreaterThan(0.15);
});

test("what is cut off at full scale is clipped, in either encoding; what is loud is not", () => {
  for (const [bytes, format] of [
    [pcmBytes(times(20, samples)), PCM],
    [encodeUlaw(times(20, narrow)), ULAW],
  ] as const) {
    const { clippedMs, voicedMs } = factsOf(bytes, format);
    expect(clippedMs).toBeGreaterThan(voicedMs / 2);
  }
  expect(factsOf(pcmBytes(samples), PCM).clippedMs).toBe(0);
  expect(factsOf(encodeUlaw(narrow), ULAW).clippedMs).toBe(0);
});

test("pace: how much of the time is filled", () => {
  expect(factsOf(pcmBytes(samples), PCM).pace).toBe(1);
  expect(factsOf(pcmBytes(samples), PCM, 60).pace).toBeCloseTo(1 / 3, 2);
  expect(factsOf(pcmBytes(samples), PCM, 1).pace).toBeGreaterThan(1);
  expect(new SoundCheck(PCM).facts).toMatchObject({ voicedMs: 0, pace: 1, smoothness: Number.NaN });
});
