import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JitterBuffer } from "../../src/audio/jitter-buffer.js";
import { bestLag, sine } from "../../src/audio/signal.js";
import { readWav } from "../../src/audio/wav.js";

const RATE = 24000;
const FRAME = RATE / 50;
const voice = readWav(readFileSync("src/simulate/sample-voice.wav")).samples;

interface Arrival {
  readonly at: number;
  readonly samples: Int16Array;
}

/** Samples in pieces of `ms`, each coming `late(n)` ms after it is due. Order is kept, as on a socket. */
function arrivals(samples: Int16Array, ms: number, late: (n: number) => number, from = 100): Arrival[] {
  const length = (ms * RATE) / 1000;
  let last = 0;
  return Array.from({ length: Math.ceil(samples.length / length) }, (_, n) => {
    last = Math.max(last, from + n * ms + late(n));
    return { at: last, samples: samples.slice(n * length, (n + 1) * length) };
  });
}

/** Plays with a device that takes 20 ms every 20 ms (or a little faster or slower). */
function play(arriving: Arrival[], { untilMs = 12_000, pullMs = 20 } = {}) {
  const buffer = new JitterBuffer(RATE);
  const waiting = [...arriving];
  const frames: Int16Array[] = [];
  const depths: number[] = [];
  for (let at = 0; at < untilMs; at += pullMs) {
    while (waiting.length > 0 && waiting[0]!.at <= at) {
      const { samples, at: arrivedAt } = waiting.shift()!;
      buffer.push(samples, arrivedAt);
    }
    depths.push(buffer.bufferedMs);
    frames.push(buffer.pull(at));
  }
  const heard = new Int16Array(frames.length * FRAME);
  frames.forEach((frame, n) => {
    expect(frame.length).toBe(FRAME);
    heard.set(frame, n * FRAME);
  });
  return { buffer, heard, depths };
}

/** A small generator, the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** The shares of half-second pieces of `said` that are found in `heard` at about their place. */
function foundShare(said: Int16Array, heard: Int16Array, fromMs: number, maxLagMs: number): number {
  const piece = RATE / 2;
  let [found, loud] = [0, 0];
  for (let at = 0; at + piece <= said.length; at += piece) {
    const part = said.subarray(at, at + piece);
    if (part.every((sample) => Math.abs(sample) < 600)) continue;
    loud++;
    const place = at + (fromMs * RATE) / 1000;
    const { correlation } = bestLag(
      thin(part),
      thin(heard.subarray(place, place + piece + (maxLagMs * RATE) / 1000)),
      (maxLagMs * RATE) / 4000,
    );
    if (correlation > 0.9) found++;
  }
  return found / loud;
}

/** The largest step between neighbours: a click is a large one. */
function largestStep(samples: Int16Array): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++)
    largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!));
  return largest;
}

/** Whether all of the voice is heard as it is, and nothing was left out or added. */
function isVoice(heard: Int16Array): boolean {
  const lag = heard.findIndex((sample) => sample !== 0) - voice.findIndex((sample) => sample !== 0);
  return voice.every((sample, i) => heard[lag + i] === sample);
}

const thin = (samples: Int16Array) => samples.filter((_, i) => i % 4 === 0);

describe("what arrives in time", () => {
  it("is heard unchanged, 40 ms later", () => {
    const { buffer, heard } = play(arrivals(voice, 20, () => 0));
    const start = heard.findIndex((sample) => sample !== 0);
    const first = voice.findIndex((sample) => sample !== 0);
    const lag = start - first;
    expect(lag / (RATE / 1000) - 100).toBeLessThanOrEqual(60);
    expect(isVoice(heard)).toBe(true);
    expect(buffer.underruns).toBe(0);
    expect(buffer.concealedMs).toBe(0);
    expect(buffer.late).toBe(0);
    expect(buffer.targetMs).toBe(40);
  });

  it("is heard unchanged when a whole reply comes at once", () => {
    const { buffer, heard } = play([{ at: 100, samples: voice }]);
    expect(isVoice(heard)).toBe(true);
    expect(buffer.underruns).toBe(0);
    expect(buffer.shortenedMs).toBe(0);
  });

  it("is heard unchanged whatever the size of its pieces", () => {
    for (const ms of [10, 30, 40, 100, 250]) {
      const { buffer, heard } = play(arrivals(voice, ms, () => 0));
      expect(isVoice(heard)).toBe(true);
      expect(buffer.underruns).toBe(0);
    }
  });
});

describe("what arrives late", () => {
  it("is waited for longer, once it is known how late it can be", () => {
    const next = random(3);
    const long = new Int16Array(RATE * 11).map((_, i) => voice[i % voice.length]!);
    const { buffer } = play(arrivals(long, 20, () => next() * 100));
    expect(buffer.targetMs).toBeGreaterThan(60);
    expect(buffer.targetMs).toBeLessThanOrEqual(120);
    expect(buffer.late).toBeGreaterThan(0);
    expect(buffer.underruns).toBeLessThanOrEqual(2);
  });

  it("is covered: no click, and silence after 60 ms", () => {
    const tone = sine(200, -10, 2000, RATE);
    const { buffer, heard } = play(
      arrivals(tone, 20, (n) => (n === 50 ? 200 : 0)),
      { untilMs: 4000 },
    );
    // The beginning of a tone is no step, since a sine begins at 0.
    expect(largestStep(heard)).toBeLessThanOrEqual(largestStep(tone) * 1.3);
    expect(buffer.underruns).toBe(1);
    expect(buffer.concealedMs).toBeGreaterThanOrEqual(140);
    expect(buffer.concealedMs).toBeLessThanOrEqual(260);
  });

  it("is mended by a short gap's concealment so that a tone stays a tone", () => {
    const tone = sine(200, -10, 2000, RATE);
    const { buffer, heard } = play(
      arrivals(tone, 20, (n) => (n === 50 ? 70 : 0)),
      { untilMs: 3000 },
    );
    expect(buffer.underruns).toBe(1);
    const middle = heard.slice(RATE / 2, (RATE * 19) / 10);
    for (let at = 0; at + FRAME <= middle.length; at += FRAME) {
      const peak = Math.max(...middle.subarray(at, at + FRAME).map(Math.abs));
      expect(peak).toBeGreaterThan(3000);
    }
  });

  it("is all heard, nearly as it was", () => {
    const next = random(7);
    const { heard } = play(arrivals(voice, 20, () => (next() < 0.02 ? 120 : next() * 20)));
    expect(foundShare(voice, heard, 100, 600)).toBeGreaterThan(0.8);
  });

  it("counts no underrun in a pause", () => {
    const pause = new Int16Array(RATE / 10);
    const said = Int16Array.from([...sine(200, -10, 500, RATE), ...pause]);
    const { buffer } = play(
      [
        { at: 100, samples: said },
        { at: 1000, samples: said },
      ],
      { untilMs: 3000 },
    );
    expect(buffer.underruns).toBe(0);
    expect(buffer.concealedMs).toBe(0);
    expect(buffer.targetMs).toBe(40);
  });
});

describe("what waits too long", () => {
  it("is caught up with after a stall, a little at a time", () => {
    const long = new Int16Array(RATE * 11).map((_, i) => voice[i % voice.length]!);
    const { buffer, depths, heard } = play(
      arrivals(long, 20, (n) => (n >= 100 && n < 150 ? (150 - n) * 20 : 0)),
    );
    expect(Math.max(...depths)).toBeGreaterThan(400);
    expect(buffer.shortenedMs).toBeGreaterThan(200);
    expect(depths.slice(400, 500).reduce((a, b) => a + b) / 100).toBeLessThan(Math.max(...depths) / 2);
    expect(largestStep(heard)).toBeLessThanOrEqual(largestStep(long) * 1.1);
  });

  it("follows a device that is a little slower or faster than the sender", () => {
    const long = new Int16Array(RATE * 60).map((_, i) => voice[i % voice.length]!);
    for (const pullMs of [19.96, 20.04]) {
      const { buffer, depths } = play(
        arrivals(long, 20, () => 0),
        { untilMs: 60_000, pullMs },
      );
      expect(buffer.underruns).toBe(0);
      // Never so near to its end that the next late piece is missed.
      const running = depths.slice(20, -20);
      expect(Math.min(...running)).toBeGreaterThanOrEqual(20);
      expect(Math.max(...running)).toBeLessThan(100);
    }
  });

  it("is refused beyond a minute", () => {
    const buffer = new JitterBuffer(8000);
    for (let n = 0; n < 130; n++) buffer.push(new Int16Array(4000), n);
    expect(buffer.bufferedMs).toBe(60_000);
    expect(buffer.refusedMs).toBe(5000);
  });
});

it("gives exactly 20 ms each time, holds no more than came, and never fails, whatever arrives when", () => {
  const step = fc.oneof(
    fc.record({ push: fc.int16Array({ maxLength: 900 }) }),
    fc.record({ tone: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ wait: fc.double({ min: 0, max: 700, noNaN: true }) }),
    fc.constant({ clear: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.constantFrom(8000, 16000), (steps, rate) => {
      const buffer = new JitterBuffer(rate);
      let [now, pulledAt, pushedMs] = [0, 0, 0];
      for (const given of steps) {
        if ("push" in given || "tone" in given) {
          const samples = "push" in given ? given.push : sine(170, -8, given.tone, rate);
          buffer.push(samples, now);
          pushedMs += (samples.length * 1000) / rate;
        } else if ("clear" in given) buffer.clear();
        else now += given.wait;
        for (; pulledAt + 20 <= now; pulledAt += 20) expect(buffer.pull(now).length).toBe(rate / 50);
        expect(buffer.bufferedMs).toBeLessThanOrEqual(pushedMs + 1e-6);
        expect(buffer.targetMs).toBeGreaterThanOrEqual(40);
        expect(buffer.targetMs).toBeLessThanOrEqual(300);
      }
    }),
  );
});
