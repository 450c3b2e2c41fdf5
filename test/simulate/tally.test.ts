/** Sums of calls. */
import { expect, test } from "vitest";
import { Histogram } from "../../src/simulate/histogram.js";
import type { CallResult } from "../../src/simulate/place-call.js";
import { Tally } from "../../src/simulate/tally.js";

const result = (firstAudioMs: number[], rest: Partial<CallResult> = {}): CallResult => ({
  ok: true,
  reason: "hung-up",
  detail: "",
  callId: "x",
  closeCode: 1000,
  complaints: {},
  senderLateness: new Histogram(),
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
  tally.add(result([100, 200]));
  tally.add(result([1000], { complaints: { "not-media": 2 } }));
  tally.add(result([], { ok: false, reason: "agent-silent", complaints: { "not-media": 1 } }));
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
    talkOverMs: 30.01,
    droppedMs: 60,
    durationMs: 1234.57,
    senderLatenessMs: { p50: 1, p99: 1, max: 1 },
  });
  expect(summary.firstAudioMs.p50).toBeGreaterThanOrEqual(200);
  expect(summary.firstAudioMs.p50).toBeLessThan(202.1);
  expect(summary.firstAudioMs.max).toBe(1000);
  expect(JSON.parse(JSON.stringify(summary)).greetingMs.p50).toBeNull();
});
