import { expect, test } from "vitest";
import { Metrics } from "../../src/call/metrics.js";
import { ManualClock } from "../../src/clock.js";
import { countCalls, countLateness } from "../../src/monitoring/count-calls.js";
import { Counts, sumOf, withoutGauges } from "../../src/monitoring/counts.js";
import { exposition } from "../../src/monitoring/exposition.js";
import { metrics } from "../../src/monitoring/metric-table.js";
import { serverMetrics } from "../../src/monitoring/server-metrics.js";
import { watchEventLoop } from "../../src/monitoring/watch-process.js";
import { END_WORDS } from "../../src/report/words.js";

const summary = { ...new Metrics().summary(4, 0), droppedMs: 1500 };

function expectLines(text: string, lines: readonly string[]): void {
  for (const line of lines) expect(text.split("\n")).toContain(line);
}

test("what happens in calls is counted", () => {
  const counts = new Counts();
  const observer = countCalls(counts);
  observer({ at: 1, type: "turn", firstAudioMs: 250 });
  observer({ at: 2, type: "turn", firstAudioMs: 6000 });
  observer({ at: 2, type: "greeting", greetingMs: 90 });
  observer({ at: 3, type: "barge-in", heardMs: 1, droppedMs: 2 });
  observer({ at: 3, type: "warning", code: "agent-overflow", message: "" });
  observer({ at: 3, type: "tool-result", id: "1", name: "x", isError: true, tookMs: 1 });
  for (const reason of ["agent-ended", "agent-unreachable", "agent-failed", "wrong-account"] as const)
    observer({ at: 4, type: "call-ended", reason, detail: "", summary });
  countLateness(counts)(7);
  expectLines(exposition(counts.snapshot()), [
    'smartpbx_bridge_calls_ended_total{reason="agent-ended"} 1',
    'smartpbx_bridge_calls_ended_total{reason="too-long"} 0',
    'smartpbx_bridge_refused_total{cause="wrong-account"} 1',
    "smartpbx_bridge_barge_ins_total 1",
    "smartpbx_bridge_dropped_seconds_total 6",
    'smartpbx_bridge_first_audio_seconds_bucket{le="0.2"} 0',
    'smartpbx_bridge_first_audio_seconds_bucket{le="0.3"} 1',
    'smartpbx_bridge_first_audio_seconds_bucket{le="+Inf"} 2',
    "smartpbx_bridge_first_audio_seconds_count 2",
    "smartpbx_bridge_greeting_seconds_count 1",
    'smartpbx_bridge_playout_lateness_seconds_bucket{le="0.005"} 0',
    'smartpbx_bridge_playout_lateness_seconds_bucket{le="0.01"} 1',
    "smartpbx_bridge_playout_lateness_seconds_count 1",
    'smartpbx_bridge_agent_errors_total{error="overflow"} 1',
    'smartpbx_bridge_agent_errors_total{error="tool-failed"} 1',
    'smartpbx_bridge_agent_errors_total{error="unreachable"} 1',
    'smartpbx_bridge_agent_errors_total{error="failed"} 1',
  ]);
});

test("every reason and every cause is known before it happens", () => {
  expect(metrics.smartpbx_bridge_refused_total.known).toEqual([
    "wrong-path",
    "wrong-address",
    "address-too-fast",
    "wrong-token",
    "draining",
    "full",
    "address-full",
    "wrong-account",
  ]);
  expect(metrics.smartpbx_bridge_calls_ended_total.known?.toSorted()).toEqual(
    Object.keys(END_WORDS).toSorted(),
  );
});

test("processes add up, and one that is gone leaves what it counted and not what it was", () => {
  const [one, other] = [new Counts(), new Counts()];
  one.add("smartpbx_bridge_barge_ins_total", 2);
  one.set("process_resident_memory_bytes", 100);
  one.observe("smartpbx_bridge_first_audio_seconds", 0.25);
  other.add("smartpbx_bridge_refused_total", 1, "full");
  other.set("process_resident_memory_bytes", 50);
  other.observe("smartpbx_bridge_first_audio_seconds", 7);
  expectLines(exposition(sumOf([withoutGauges(one.snapshot()), other.snapshot()])), [
    "smartpbx_bridge_barge_ins_total 2",
    'smartpbx_bridge_refused_total{cause="full"} 1',
    "process_resident_memory_bytes 50",
    "smartpbx_bridge_first_audio_seconds_count 2",
    "smartpbx_bridge_first_audio_seconds_sum 7.25",
  ]);
});

test("what is measured with every frame is counted as every other measurement", () => {
  const counts = new Counts();
  const late = counts.histogram("smartpbx_bridge_playout_lateness_seconds");
  for (const seconds of [0.0078125, 0.5]) late(seconds);
  counts.observe("smartpbx_bridge_playout_lateness_seconds", 0.001953125);
  expectLines(exposition(counts.snapshot()), [
    'smartpbx_bridge_playout_lateness_seconds_bucket{le="0.005"} 1',
    'smartpbx_bridge_playout_lateness_seconds_bucket{le="0.01"} 2',
    'smartpbx_bridge_playout_lateness_seconds_bucket{le="+Inf"} 3',
    "smartpbx_bridge_playout_lateness_seconds_sum 0.509765625",
  ]);
});

test("a server tells what it is now, and knows its own memory and time", () => {
  const text = serverMetrics(new Counts(), { calls: 3, maxCalls: 200, isDraining: true, workers: 1 });
  expect(text).toMatch(/^smartpbx_bridge_calls_active 3$/m);
  expect(text).toMatch(/^smartpbx_bridge_calls_limit 200$/m);
  expect(text).toMatch(/^smartpbx_bridge_draining 1$/m);
  expect(Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10e6);
  expect(Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  const startedS = Number(/^process_start_time_seconds (\S+)$/m.exec(text)?.[1]);
  expect(Math.abs(startedS - Date.now() / 1000)).toBeLessThan(86_400);
});

test("the delay of the event loop is what a timer is late by", () => {
  const counts = new Counts();
  const clock = new ManualClock();
  const watch = watchEventLoop(counts, clock);
  clock.advance(100);
  watch.stop();
  clock.advance(1000);
  const text = exposition(counts.snapshot());
  expect(text).toMatch(/^smartpbx_bridge_event_loop_delay_seconds_count 2$/m);
  expect(text).toMatch(/^smartpbx_bridge_event_loop_delay_seconds_sum 0$/m);
});
