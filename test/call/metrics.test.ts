import { expect, test } from "vitest";
import { Metrics, percentile } from "../../src/call/metrics.js";

test("adds up what it observes", () => {
  const metrics = new Metrics();
  metrics.observe({ at: 0, type: "turn", firstAudioMs: 300 });
  metrics.observe({ at: 1, type: "turn", firstAudioMs: 200 });
  metrics.observe({ at: 2, type: "barge-in", heardMs: 10, droppedMs: 400 });
  metrics.observe({ at: 3, type: "greeting", greetingMs: 120 });
  metrics.droppedMs += 40;
  expect(metrics.summary(5000, 60)).toEqual({
    durationMs: 5000,
    turns: 2,
    firstAudioMs: [300, 200],
    greetingMs: 120,
    framesIn: 0,
    framesOut: 0,
    droppedMs: 40,
    talkOverMs: 60,
    bargeIns: 1,
  });
});

test("percentiles are values that were measured; none of nothing", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 50, 95, 100].map((p) => percentile(values, p))).toEqual([1, 3, 5, 5]);
  expect(percentile([], 50)).toBeUndefined();
});
