/** The search for the most calls, against endpoints made of numbers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { budget, judge } from "../../src/simulate/budgets.js";
import type { LoadOptions } from "../../src/simulate/load.js";
import { runRamp, Search } from "../../src/simulate/ramp.js";
import { type LoadSummary, Tally } from "../../src/simulate/tally.js";

function search(capacity: number, most: number, first = 5): { held: number; tried: number[] } {
  const search = new Search(first, most);
  const tried: number[] = [];
  for (let calls = search.next; calls !== undefined; calls = search.next) {
    tried.push(calls);
    search.tell(calls, calls <= capacity);
  }
  return { held: search.held, tried };
}

test("doubles until it fails, then halves the interval", () => {
  expect(search(100, 5000)).toEqual({ held: 100, tried: [5, 10, 20, 40, 80, 160, 120, 100, 110, 105] });
  expect(search(3, 5000)).toEqual({ held: 3, tried: [5, 2, 3, 4] });
  expect(search(0, 5000)).toEqual({ held: 0, tried: [5, 2, 1] });
  expect(search(1000, 12)).toEqual({ held: 12, tried: [5, 10, 12] });
  expect(search(1000, 1)).toEqual({ held: 1, tried: [1] });
});

test("finds any capacity to 5 %, in few steps", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 1, max: 10_000 }),
      (capacity, most) => {
        const { held, tried } = search(capacity, most);
        expect(held).toBeLessThanOrEqual(capacity);
        expect(held).toBeLessThanOrEqual(most);
        expect(held).toBeGreaterThanOrEqual(Math.floor(Math.min(capacity, most) / 1.06) - 1);
        expect(tried.length).toBeLessThan(20);
        expect(new Set(tried).size).toBe(tried.length);
      },
    ),
  );
});

/** An endpoint that answers after `ms(calls)`. */
function endpoint(
  ms: (calls: number) => number,
  change: (calls: number) => Partial<LoadSummary> = () => ({}),
) {
  const asked: LoadOptions[] = [];
  const run = async (options: LoadOptions) => {
    asked.push(options);
    const { calls = 0, budgets = [] } = options;
    const tally = new Tally();
    const summary = { durationMs: 1, turns: 1, firstAudioMs: [], framesIn: 1, framesOut: 1, bargeIns: 0 };
    for (let k = 0; k < calls; k++) {
      tally.watch({ at: 0, type: "turn", firstAudioMs: ms(calls) });
      tally.add({
        ok: true,
        reason: "hung-up",
        detail: "",
        callId: "x",
        missingMs: 0,
        closeCode: 1000,
        complaints: {},
        senderLateness: tally.lateness,
        quality: { frames: 1, lateFrames: 0, gaps: 0, gapMs: 0 },
        summary: { ...summary, droppedMs: 0, talkOverMs: 0 },
      });
    }
    const result = { ...tally.summary(1000), budgets: judge(budgets, tally.measure), ...change(calls) };
    return { summary: result, firstError: undefined };
  };
  return { run, asked };
}

const load = { call: { url: "ws://x", script: undefined as never } };

test("the most calls at which the budgets hold, with what was measured there", async () => {
  const { run, asked } = endpoint((calls) => 300 + 5 * calls);
  const steps: [number, boolean][] = [];
  const { summary } = await runRamp({
    load,
    run,
    most: 5000,
    budgets: [budget("first-audio.p95", 800)],
    onStep: ({ calls, ok }) => steps.push([calls, ok]),
  });
  expect(steps.filter(([, ok]) => ok).at(-1)?.[0]).toBe(100);
  expect(steps.every(([calls, ok]) => ok === calls <= 100)).toBe(true);
  expect(summary).toMatchObject({
    type: "summary",
    calls: 100,
    firstAudioMs: { max: 800 },
    budgets: [{ name: "first-audio.p95", measured: 800, ok: true }],
    ramp: { calls: 100, limitedBy: "budgets", steps: steps.length },
  });
  expect(summary.ramp.callsPerCore).toBe(Math.floor(1000 / summary.ramp.cores) / 10);
  for (const { calls = 0, concurrency, ratePerS = 0, atLeastMs = 0 } of asked) {
    expect(concurrency).toBe(calls);
    expect(calls / ratePerS).toBe(2);
    expect(atLeastMs).toBeGreaterThanOrEqual(10_000);
  }
});

test("without budgets, an agent may be 100 ms slower than at the first step", async () => {
  const { run } = endpoint((calls) => (calls <= 5 ? 700 : calls <= 40 ? 750 : 900));
  const { summary } = await runRamp({ load, run, most: 5000 });
  expect(summary.ramp.calls).toBe(40);
  expect(summary.budgets).toMatchObject([
    { name: "failed", ok: true },
    { name: "late", ok: true },
    { name: "gaps.p95", ok: true },
    { name: "first-audio.p95", limit: 800, measured: 750, ok: true },
  ]);
});

test("when this computer is the bottleneck it says so and does not count the step", async () => {
  const { run } = endpoint(
    () => 300,
    (calls) => ({ trustworthy: calls <= 30 }),
  );
  const { summary } = await runRamp({ load, run, most: 5000 });
  expect(summary.ramp).toMatchObject({ calls: 30, limitedBy: "generator" });
});

test("it goes no further than it may", async () => {
  const { run } = endpoint(() => 300);
  const { summary } = await runRamp({ load, run, most: 12 });
  expect(summary.ramp).toMatchObject({ calls: 12, limitedBy: "concurrency", steps: 3 });
});

test("what was found before an interruption is kept", async () => {
  const stop = new AbortController();
  const { run } = endpoint(
    () => 300,
    (calls) => {
      if (calls === 20) stop.abort();
      return {};
    },
  );
  const { summary } = await runRamp({ load: { ...load, signal: stop.signal }, run, most: 5000 });
  expect(summary).toMatchObject({ calls: 10, ramp: { calls: 10, limitedBy: "interrupted", steps: 2 } });
});

test("an endpoint that takes no call at all is not asked again", async () => {
  const { run, asked } = endpoint(
    () => 300,
    () => ({ ok: 0, budgets: judge([budget("failed", 1)], () => 100) }),
  );
  const { summary } = await runRamp({ load, run, most: 5000 });
  expect(asked.length).toBe(1);
  expect(summary.ramp).toMatchObject({ calls: 0, limitedBy: "budgets" });
});
