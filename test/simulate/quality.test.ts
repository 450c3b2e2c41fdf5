/** The holes in an agent's speech, on manual time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallNote } from "../../src/call/events.js";
import { Quality } from "../../src/simulate/quality.js";

/** Frames of 20 ms: `v` voiced, `.` unvoiced; a number is so many ms without any. */
function arriving(...parts: (string | number)[]): Quality {
  const quality = new Quality();
  let at = 1000;
  for (const part of parts) {
    if (typeof part === "number") at += part;
    else
      for (const frame of part) {
        quality.heard({ ms: 20, voiced: frame === "v" }, at);
        at += 20;
      }
  }
  return quality;
}

const speech = "v".repeat(20);

test("speech at its pace, early, or all at once has no holes", () => {
  expect(arriving(speech, speech).sums).toEqual({ frames: 40, lateFrames: 0, gaps: 0, gapMs: 0 });
  const poured = new Quality();
  for (let k = 0; k < 50; k++) poured.heard({ ms: 20, voiced: true }, 1000);
  expect(poured.sums).toEqual({ frames: 50, lateFrames: 0, gaps: 0, gapMs: 0 });
});

test("a hole in a word is a gap of its length", () => {
  expect(arriving(speech, 200, speech).sums).toEqual({ frames: 40, lateFrames: 1, gaps: 1, gapMs: 200 });
  expect(arriving(speech, 200, speech, 100, speech).sums).toMatchObject({ gaps: 2, gapMs: 300 });
});

test("what a phone's buffer hides is late and no gap; what is less than a frame late is neither", () => {
  expect(arriving(speech, 60, speech).sums).toMatchObject({ lateFrames: 1, gaps: 0, gapMs: 0 });
  expect(arriving(speech, 20, speech).sums).toMatchObject({ lateFrames: 0, gaps: 0 });
});

test("after a late frame the line goes on from there: the same delay is not late again", () => {
  expect(arriving(speech, 50, speech, speech, speech).sums.lateFrames).toBe(1);
});

test("speech that was sent ahead hides a pause of its length", () => {
  const quality = new Quality();
  for (let k = 0; k < 10; k++) quality.heard({ ms: 20, voiced: true }, 1000);
  quality.heard({ ms: 20, voiced: true }, 1200);
  expect(quality.sums.lateFrames).toBe(0);
  quality.heard({ ms: 20, voiced: true }, 1320);
  expect(quality.sums).toMatchObject({ lateFrames: 1, gaps: 1, gapMs: 100 });
});

test("a soft sound beside the hole is still the same word, a soft end is not", () => {
  expect(arriving(`${speech}..`, 200, `..${speech}`).sums).toMatchObject({ gaps: 1, gapMs: 200 });
  expect(arriving(`${speech}........`, 200, speech).sums).toMatchObject({ gaps: 0, lateFrames: 0 });
  expect(arriving(speech, 200, `........${speech}`).sums).toMatchObject({ gaps: 0, lateFrames: 0 });
});

test("nothing is missed before the first word, in a silent stream, or in a long pause", () => {
  expect(arriving(3000, speech).sums.gaps).toBe(0);
  expect(arriving("..........", 500, "..........").sums).toEqual({
    frames: 0,
    lateFrames: 0,
    gaps: 0,
    gapMs: 0,
  });
  expect(arriving(speech, 2500, speech).sums.gaps).toBe(0);
});

test("an agent that is silent for a caller who speaks has no gap", () => {
  const said = (...notes: [number, CallNote][]) => {
    const quality = arriving(speech);
    for (const [at, note] of notes) quality.observe({ at, ...note });
    for (let k = 0; k < 10; k++) quality.heard({ ms: 20, voiced: true }, 2200 + 20 * k);
    return quality.sums.gaps;
  };
  const started = { type: "speech-started", who: "caller" } as const;
  expect(said()).toBe(1);
  expect(said([1300, started])).toBe(0);
  expect(said([1300, started], [2100, { type: "speech-ended", who: "caller", lastVoicedAt: 1800 }])).toBe(0);
  // Before the agent spoke.
  expect(said([100, started], [1390, { type: "speech-ended", who: "caller", lastVoicedAt: 900 }])).toBe(1);
  expect(said([1300, { type: "speech-started", who: "agent" }])).toBe(1);
});

test("in any arrival, late frames are at most all frames, and every gap is longer than the buffer", () => {
  const delay = fc.integer({ min: 0, max: 400 });
  const frames = fc.array(fc.record({ delay, voiced: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(frames, (all) => {
      const quality = new Quality();
      let at = 0;
      for (const { delay, voiced } of all) {
        at += delay;
        quality.heard({ ms: 20, voiced }, at);
      }
      const { frames, lateFrames, gaps, gapMs } = quality.sums;
      expect(lateFrames).toBeLessThanOrEqual(frames);
      expect(gaps).toBeLessThanOrEqual(lateFrames);
      expect(gapMs).toBeGreaterThanOrEqual(gaps * 60);
      expect(gapMs).toBeLessThanOrEqual(at);
    }),
  );
});
