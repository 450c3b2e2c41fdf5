/** The WAV of what was heard, against the wall clock. */
import { expect, test } from "vitest";
import { pcm16 } from "../../src/audio/format.js";
import { decodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { sine } from "../../src/audio/signal.js";
import { readWav } from "../../src/audio/wav.js";
import { HeardWav } from "../../src/simulate/heard-wav.js";

const frame = (samples: Int16Array, heardAt: number) => ({
  plain: pcmBytes(samples),
  ms: samples.length / 24,
  heardAt,
  voiced: true,
});

test("audio stands at its time, bit by bit, and gaps are silence", () => {
  const wav = new HeardWav(pcm16(24000));
  const tone = sine(440, -9, 20, 24000);
  wav.add(frame(tone, 100));
  wav.add(frame(tone, 120));
  wav.add(frame(tone, 500));
  const { sampleRate, samples } = readWav(wav.file(1000));
  expect(sampleRate).toBe(24000);
  expect(samples.length).toBe(520 * 24);
  expect(samples.subarray(0, 2400).every((sample) => sample === 0)).toBe(true);
  expect([...samples.subarray(2400, 3360)]).toEqual([...tone, ...tone]);
  expect(samples.subarray(3360, 12000).every((sample) => sample === 0)).toBe(true);
  expect([...samples.subarray(12000)]).toEqual([...tone]);
});

test("frames that follow each other are joined although their times are rounded", () => {
  const wav = new HeardWav(pcm16(24000));
  const piece = new Int16Array(7).fill(1);
  for (let i = 0, at = 1 / 3; i < 1000; i++, at += 7 / 24) wav.add(frame(piece, at));
  const { samples } = readWav(wav.file(10_000));
  expect(samples.length).toBe(8 + 7000);
  expect(samples.subarray(8).every((sample) => sample === 1)).toBe(true);
});

test("what was not heard when the line was cut is not in the file", () => {
  const wav = new HeardWav(pcm16(24000));
  for (const at of [0, 20, 40]) wav.add(frame(new Int16Array(480).fill(at + 1), at));
  const { samples } = readWav(wav.file(30));
  expect(samples.length).toBe(720);
  expect(samples.at(-1)).toBe(21);
});

test("μ-law is decoded", () => {
  const wav = new HeardWav({ encoding: "g711_ulaw", sampleRate: 8000 });
  const codes = Uint8Array.from({ length: 160 }, (_, i) => i);
  wav.add({ plain: codes, ms: 20, heardAt: 0, voiced: true });
  const { sampleRate, samples } = readWav(wav.file(20));
  expect(sampleRate).toBe(8000);
  expect([...samples]).toEqual([...decodeUlaw(codes)]);
});
