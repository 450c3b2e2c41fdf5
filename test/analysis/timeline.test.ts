import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeardTimeline, type Placed, Timeline } from "../../src/analysis/timeline.js";

const RATE = 8000;
const FRAME = 160;

/** A frame whose samples all hold its number, from 1. */
const frame = (number: number) => new Int16Array(FRAME).fill(number);

/** Where each frame begins, in ms, after arriving at the given times. */
function place(arrivalsMs: readonly number[]): number[] {
  const timeline = new Timeline(RATE);
  const placed: Placed[] = [];
  for (const [i, at] of arrivalsMs.entries()) placed.push(...timeline.add(at, frame(i + 1)));
  placed.push(...timeline.finish());
  const places = new Array<number>(arrivalsMs.length).fill(Number.NaN);
  let end = 0;
  for (const { position, samples } of placed) {
    expect(position).toBeGreaterThanOrEqual(end);
    end = position + samples.length;
    places[samples[0] - 1] = position / 8;
  }
  return places;
}

/** The largest distance between a place and the truth. Frames that were cut have no place. */
function farthest(places: readonly number[], truth: readonly number[]): number {
  return Math.max(...places.map((at, i) => (Number.isNaN(at) ? 0 : Math.abs(at - truth[i]))));
}

/** Times that never go back, as arrivals on one socket are. */
function inOrder(times: readonly number[]): number[] {
  let last = 0;
  return times.map((time) => (last = Math.max(last, time)));
}

const steady = (count: number, startMs = 0) => Array.from({ length: count }, (_, i) => startMs + i * 20);

describe("the caller's track", () => {
  it("stands where it arrived when it arrives evenly", () => {
    expect(place(steady(200, 130))).toEqual(steady(200, 130));
  });

  it("does not move for jitter up to 40 ms", () => {
    const jitters = fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { minLength: 300, maxLength: 300 });
    fc.assert(
      fc.property(jitters, fc.integer({ min: 0, max: 500 }), (jitter, startMs) => {
        // Two frames in the first second come through without delay, as one in fifty does.
        const late = jitter.map((ms, i) => (i === 6 || i === 7 ? 0 : ms));
        const places = place(inOrder(steady(300, startMs).map((time, i) => time + late[i])));
        expect(farthest(places, steady(300, startMs))).toBeLessThanOrEqual(10);
        for (let i = 1; i < places.length; i++) expect(places[i] - places[i - 1]).toBeCloseTo(20, 6);
      }),
      { numRuns: 50 },
    );
  });

  it("does not move for a stall that a burst makes up for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 5000 }), fc.integer({ min: 0, max: 200 }), (stallMs, at) => {
        const arrivals = steady(500).map((time) =>
          time >= at * 20 && time < at * 20 + stallMs ? at * 20 + stallMs : time,
        );
        expect(place(arrivals)).toEqual(steady(500));
      }),
    );
  });

  it("has a gap where time went missing", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 100, max: 20_000 }),
        fc.array(fc.double({ min: 0, max: 15, noNaN: true }), { minLength: 400, maxLength: 400 }),
        (lastBefore, missingMs, jitter) => {
          const truth = steady(400).map((time, i) => (i < lastBefore ? time : time + missingMs));
          const places = place(truth.map((time, i) => time + jitter[i]));
          expect(farthest(places, truth)).toBeLessThanOrEqual(20);
          for (let i = 1; i < places.length; i++)
            if (i !== lastBefore) expect(places[i] - places[i - 1]).toBeCloseTo(20, 6);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("finds two gaps within one second, and one in the first", () => {
    const truth = steady(200).map(
      (time, i) => time + (i >= 10 ? 500 : 0) + (i >= 100 ? 300 : 0) + (i >= 115 ? 400 : 0),
    );
    expect(place(truth)).toEqual(truth);
  });

  it("has a gap for the part of a stall that was never made up for", () => {
    const arrivals = steady(200).map((time, i) => (i < 50 ? time : Math.max(1300, time + 100)));
    expect(place(arrivals)).toEqual(steady(200).map((time, i) => (i < 50 ? time : time + 100)));
  });

  it("follows a caller who only sends now and then", () => {
    expect(place([0, 10_000, 20_000, 35_000])).toEqual([0, 10_000, 20_000, 35_000]);
  });

  it("stays on the wall clock when the sender's clock runs slow or fast", () => {
    for (const period of [19.98, 20.02]) {
      const arrivals = Array.from({ length: 30_000 }, (_, i) => 100 + i * period);
      expect(farthest(place(arrivals), arrivals)).toBeLessThan(85);
    }
  });

  it("keeps a click at second 3 at second 3", () => {
    const samples = new Int16Array(5 * RATE);
    samples[3 * RATE] = 30_000;
    const timeline = new Timeline(RATE);
    const placed = steady(250).flatMap((time) =>
      timeline.add(time + (time % 60) / 2, samples.subarray(time * 8, time * 8 + FRAME)),
    );
    placed.push(...timeline.finish());
    const run = placed.find((run) => run.samples.includes(30_000))!;
    expect((run.position + run.samples.indexOf(30_000)) / RATE).toBeCloseTo(3, 2);
  });

  it("loses nothing, whatever the sizes and times, unless more was sent than time allows", () => {
    const chunk = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 900 }));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 100 }), (chunks) => {
        const timeline = new Timeline(RATE);
        const placed: Placed[] = [];
        let at = 0;
        let next = 1;
        let sent = 0;
        for (const [waitMs, length] of chunks) {
          at += waitMs + length / 8;
          placed.push(
            ...timeline.add(
              at,
              Int16Array.from({ length }, () => next++),
            ),
          );
          sent += length;
        }
        placed.push(...timeline.finish());
        const heard = placed.flatMap(({ samples }) => [...samples]);
        expect(heard).toEqual(heard.slice().sort((a, b) => a - b));
        expect(heard.length).toBe(sent);
      }),
    );
  });

  it("bounds its work for absurd times", () => {
    const timeline = new Timeline(RATE);
    let count = 0;
    for (let i = 0; i < 20_000; i++) count += timeline.add((i % 3) * 1e9, new Int16Array(1)).length;
    expect(count + timeline.finish().length).toBeLessThanOrEqual(20_000);
  });
});

describe("the agent's track", () => {
  it("stands where it was heard, and never overlaps", () => {
    const timeline = new HeardTimeline(RATE);
    const positions = [100, 120, 130, 500].map((heardAt) => timeline.add(heardAt, frame(1))[0].position / 8);
    expect(positions).toEqual([100, 120, 140, 500]);
    expect(timeline.add(900, new Int16Array(0))).toEqual([]);
    expect(timeline.finish()).toEqual([]);
  });
});
