/** Sums of calls. */
import { expect, test } from "vitest";
import { budgetNames, type Metric, type Stat } from "../../src/simulate/budgets.js";
import { Histogram } from "../../src/simulate/histogram.js";
import type { CallResult } from "../../src/simulate/place-call.js";
import { Tally } from "../../src/simulate/tally.js";

/** A call that is over, as the tally is told of it. */
function add(tally: Tally, firstAudioMs: number[], rest: Partial<CallResult> = {}): void {
  for (const ms of firstAudioMs) tally.watch({ at: 0, type: "turn", firstAudioMs: ms });
  tally.add(result(firstAudioMs, rest));
}

const result = (firstAudioMs: number[], rest: Partial<CallResult>): CallResult => ({
  ok: true,
  reason: "hung-up",
  detail: "",
  callId: "x",
  missingMs: 0,
  closeCode: 1000,
  complaints: {},
  senderLateness: new Histogram(),
  quality: { frames: 100, lateFrames: 1, gaps: 1, gapMs: 80 },
  summary: {
    durationMs: 1000,
    turns: firstAudioMs.length,
    firstAudioMs,
    framesIn: 50,
    framesOut: 50,
    droppedMs: 20,
    talkOverMs: 10.004,
    bargeIns: 0,
  },
  ...rest,
});

test("calls, reasons, latencies and faults are added up", () => {
  const tally = new Tally();
  tally.lateness.record(1);
  add(tally, [100, 200]);
  add(tally, [1000], { complaints: { "not-media": 2 } });
  const quality = { frames: 0, lateFrames: 0, gaps: 0, gapMs: 0 };
  add(tally, [], { ok: false, reason: "agent-silent", complaints: { "not-media": 1 }, quality });
  tally.addFailure("endpoint-refused");
  tally.addFailure("endpoint-refused");
  const summary = tally.summary(1234.5678);
  expect(summary).toMatchObject({
    type: "summary",
    calls: 5,
    ok: 2,
    failed: 3,
    failures: { "agent-silent": 1, "endpoint-refused": 2 },
    complaints: { "not-media": 3 },
    turns: 3,
    gaps: 2,
    lateFrames: 2,
    gapMs: { p50: 80, p95: 80, p99: 80, max: 80 },
    latePercent: { p50: 1, p95: 1, p99: 1, max: 1 },
    talkOverPerCallMs: { max: 10 },
    talkOverMs: 30.01,
    droppedMs: 60,
    durationMs: 1234.57,
    senderLatenessMs: { p50: 1, p99: 1, max: 1 },
  });
  expect(summary.firstAudioMs.p50).toBeGreaterThanOrEqual(200);
  expect(summary.firstAudioMs.p50).toBeLessThan(200.5);
  expect(summary.firstAudioMs.max).toBe(1000);
  expect(JSON.parse(JSON.stringify(summary)).greetingMs.p50).toBeNull();
});

test("latencies count as soon as they are measured, while the calls are up", () => {
  const tally = new Tally();
  expect(tally.firstAudioP95Ms).toBeUndefined();
  tally.watch({ at: 1, type: "greeting", greetingMs: 300 });
  tally.watch({ at: 2, type: "turn", firstAudioMs: 700 });
  expect(tally.firstAudioP95Ms).toBe(700);
  expect(tally.measure("greeting", "max")).toBe(300);
});

test("everything that a budget can limit is measured, or was never measured", () => {
  const empty = new Tally();
  const tally = new Tally();
  tally.lateness.record(1);
  tally.watch({ at: 1, type: "greeting", greetingMs: 300 });
  add(tally, [100, 300]);
  add(tally, [200], { ok: false });
  for (const name of budgetNames) {
    const [metric, stat] = name.split(".") as [Metric, Stat | undefined];
    expect(empty.measure(metric, stat), name).toBeUndefined();
    expect(tally.measure(metric, stat), name).toBeTypeOf("number");
  }
  expect(tally.measure("failed", undefined)).toBe(50);
  expect(tally.measure("late", undefined)).toBe(1);
  expect(tally.measure("first-audio", "mean")).toBe(200);
  expect(tally.measure("gaps", "max")).toBe(80);
});
