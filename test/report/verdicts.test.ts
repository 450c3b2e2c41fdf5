import { expect, it } from "vitest";
import { plain } from "../../src/report/style.js";
import { numbersOf, verdictLines } from "../../src/report/verdicts.js";

it("shows each budget with what was measured, and why one without a measurement fails", () => {
  const budgets = [
    { name: "first-audio.p95", unit: "ms", limit: 900, measured: 812.4, ok: true },
    { name: "first-audio.p99", unit: "ms", limit: 1200, measured: 1200.4, ok: false },
    { name: "failed", unit: "%", limit: 1, measured: 2.5, ok: false },
    {
      name: "greeting.max",
      unit: "ms",
      limit: 900,
      measured: null,
      ok: false,
      reason: "it was never measured",
    },
  ];
  expect(verdictLines({ budgets }, plain)).toEqual([
    "✓ first-audio.p95 812 ms ≤ 900 ms",
    "✗ first-audio.p99 1200.4 ms > 1200 ms",
    "✗ failed 2.5 % > 1 %",
    "✗ greeting.max ≤ 900 ms: it was never measured",
  ]);
});

it("says when the numbers cannot be believed, and nothing when they can", () => {
  expect(verdictLines({ trustworthy: true }, plain)).toEqual([]);
  expect(verdictLines({ trustworthy: false, untrustworthyBecause: "it was late" }, plain)).toEqual([
    "! These numbers are not trustworthy: it was late.",
  ]);
  const budgets = [{ name: "failed", unit: "%", limit: 1, measured: 0, ok: true }];
  expect(verdictLines({ trustworthy: false, untrustworthyBecause: "it was late", budgets }, plain)).toEqual([
    "✓ failed 0 % ≤ 1 %",
    "! These numbers are not trustworthy: it was late.",
    "  No budget counts as met.",
  ]);
});

it("gives a ramp's answer in one sentence", () => {
  const ramp = { calls: 80, callsPerCore: 40, cores: 2, limitedBy: "generator", steps: 7 };
  expect(verdictLines({ ramp }, plain)).toEqual([
    "The budgets hold with 80 calls at a time: 40 for each of this computer's 2 cores (with more, this computer is the bottleneck; the endpoint may hold them).",
  ]);
  const none = (limitedBy: string) => verdictLines({ ramp: { ...ramp, calls: 0, limitedBy } }, plain);
  expect(none("budgets")).toEqual(["✗ No number of calls was found: not even one call keeps the budgets."]);
  expect(none("generator")[0]).toMatch(/this computer is too busy to measure even one call\.$/);
  expect(none("interrupted")[0]).toMatch(/: it was interrupted before its end\.$/);
});

it("leaves the numbers, of one call without percentiles over calls", () => {
  const summary = {
    calls: 2,
    gaps: 0,
    gapMs: { p50: 0 },
    talkOverPerCallMs: { p50: 0 },
    eventLoopDelayMs: { p50: 0 },
    trustworthy: true,
    budgets: [],
    ramp: {},
  };
  expect(numbersOf(summary)).toEqual({ calls: 2, gaps: 0, gapMs: { p50: 0 }, talkOverPerCallMs: { p50: 0 } });
  expect(numbersOf({ ...summary, calls: 1 })).toEqual({ calls: 1, gaps: 0 });
});
