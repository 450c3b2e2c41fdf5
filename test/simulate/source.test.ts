/** What callers say, as samples. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sine, toneDbfs } from "../../src/audio/signal.js";
import { writeWav } from "../../src/audio/wav.js";
import { loadSource } from "../../src/simulate/source.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "source-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the sample voice: two utterances with four seconds of digital silence between, peaks at -3 dBFS", async () => {
  const samples = (await loadSource({ type: "sample-voice" })).samplesAt(24000);
  expect(samples.length / 24000).toBeCloseTo(8.86, 1);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(20 * Math.log10(peak / 32768)).toBeCloseTo(-3, 1);
  let longest = 0;
  for (let i = 0, run = 0; i < samples.length; i++) {
    run = samples[i] === 0 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  expect(longest / 24000).toBeGreaterThan(4);
});

test("a WAV file of any rate comes at the call's rate", async () => {
  const path = join(folder, "tone.wav");
  await writeFile(path, writeWav(sine(440, -9, 500, 44100), 44100));
  const samples = (await loadSource({ type: "wav", path })).samplesAt(8000);
  expect(samples.length).toBe(4000);
  expect(toneDbfs(samples.subarray(800, 3200), 8000, 440)).toBeCloseTo(-9, 1);
});

test("a tone of five seconds at -9 dBFS", async () => {
  const samples = (await loadSource({ type: "tone", hz: 1000 })).samplesAt(8000);
  expect(samples.length).toBe(40000);
  expect(toneDbfs(samples, 8000, 1000)).toBeCloseTo(-9, 2);
});

test("ten seconds of nothing", async () => {
  const samples = (await loadSource({ type: "silence" })).samplesAt(8000);
  expect(samples.length).toBe(80000);
  expect(samples.every((sample) => sample === 0)).toBe(true);
});

test("a tone that the rate cannot hold is refused rather than folded", async () => {
  const source = await loadSource({ type: "tone", hz: 5000 });
  expect(() => source.samplesAt(8000)).toThrow(
    expect.objectContaining({ code: "bad-flag", message: expect.stringContaining("5000 Hz") }),
  );
  expect(source.samplesAt(24000).length).toBe(120_000);
});

test("files that are not there, are no WAV, or are too long to keep in memory", async () => {
  await expect(loadSource({ type: "wav", path: join(folder, "none.wav") })).rejects.toMatchObject({
    code: "cannot-read",
  });
  const text = join(folder, "text.wav");
  await writeFile(text, "hello");
  await expect(loadSource({ type: "wav", path: text })).rejects.toMatchObject({ code: "bad-wav" });
  const long = join(folder, "long.wav");
  await writeFile(long, writeWav(new Int16Array(4000 * 60 * 20 + 4000), 4000));
  await expect(loadSource({ type: "wav", path: long })).rejects.toMatchObject({
    code: "bad-wav",
    message: expect.stringContaining("20 minutes"),
  });
});
