/** Many calls to one real endpoint. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { PORTAL_FORMATS } from "../../src/audio/format.js";
import { sine } from "../../src/audio/signal.js";
import { budget } from "../../src/simulate/budgets.js";
import { type LoadProgress, runLoad } from "../../src/simulate/load.js";
import { Track } from "../../src/simulate/track.js";
import { Endpoint, echo } from "./endpoint.js";

let track: Track;
beforeAll(async () => {
  const samplesAt = (rate: number) => sine(440, -9, 100, rate);
  track = await Track.encode({ name: "tone", samplesAt }, PORTAL_FORMATS.g711_ulaw);
});

let endpoint: Endpoint | undefined;
afterEach(() => endpoint?.close());

test("all calls are placed, never more at a time than allowed, and summed up", async () => {
  endpoint = await Endpoint.listen(echo);
  const progress: LoadProgress[] = [];
  const observed: number[] = [];
  const { summary, last, firstError } = await runLoad({
    call: { url: endpoint.url, script: track, hangUpAfterMs: 200 },
    calls: 20,
    concurrency: 7,
    observersOf: (index) => [({ type }) => void (type === "call-ended" && observed.push(index))],
    onProgress: (state) => progress.push(state),
  });
  expect(endpoint.mostOpen).toBeLessThanOrEqual(7);
  expect(endpoint.mostOpen).toBeGreaterThan(1);
  expect(new Set(endpoint.calls.map(({ callId }) => callId)).size).toBe(20);
  expect(new Set(observed).size).toBe(20);
  expect(Math.max(...progress.map(({ running }) => running))).toBe(7);
  expect(progress.at(-1)).toMatchObject({ calls: 20, running: 0, ok: 20, failed: 0 });
  expect(progress.at(-1)?.firstAudioP95Ms()).toBe(summary.firstAudioMs.p95 ?? undefined);
  expect(summary).toMatchObject({
    type: "summary",
    calls: 20,
    ok: 20,
    failed: 0,
    failures: {},
    complaints: {},
  });
  expect(summary.senderLatenessMs.max).not.toBeNull();
  expect(summary.durationMs).toBeGreaterThanOrEqual(3 * 200);
  expect(last?.reason).toBe("hung-up");
  expect(firstError).toBeUndefined();
});

test("calls that cannot begin are failures by code", async () => {
  endpoint = await Endpoint.listen(echo);
  const { url } = endpoint;
  await endpoint.close();
  endpoint = undefined;
  const { summary, last, firstError } = await runLoad({
    call: { url, script: track },
    calls: 3,
    concurrency: 2,
  });
  expect(summary).toMatchObject({ calls: 3, ok: 0, failed: 3, failures: { "endpoint-unreachable": 3 } });
  expect(summary.firstAudioMs).toEqual({ p50: null, p95: null, p99: null, max: null });
  expect(last).toBeUndefined();
  expect(firstError?.code).toBe("endpoint-unreachable");
});

test("calls that fail are failures by reason", async () => {
  endpoint = await Endpoint.listen({});
  const call = { url: endpoint.url, script: track, hangUpAfterMs: 150 };
  const { summary } = await runLoad({ call, calls: 3, concurrency: 3 });
  expect(summary).toMatchObject({ calls: 3, failed: 3, failures: { "no-agent-audio": 3 } });
});

test("a rate spaces the beginnings", async () => {
  endpoint = await Endpoint.listen(echo);
  const starts: number[] = [];
  await runLoad({
    call: { url: endpoint.url, script: track, hangUpAfterMs: 20 },
    calls: 4,
    concurrency: 4,
    ratePerS: 20,
    observersOf: () => {
      starts.push(performance.now());
      return [];
    },
  });
  expect(starts.length).toBe(4);
  // A timer may fire a millisecond early.
  expect(starts[3] - starts[0]).toBeGreaterThan(145);
});

test("the signal stops the load: no new calls, the running ones hang up, what was measured stays", async () => {
  const stop = new AbortController();
  let frames = 0;
  endpoint = await Endpoint.listen({
    audio: (line, payload) => {
      line.speak(payload);
      if (++frames === 20) stop.abort();
    },
  });
  const call = { url: endpoint.url, script: track };
  const { summary } = await runLoad({ call, calls: 1000, concurrency: 2, signal: stop.signal });
  expect(summary.calls).toBeLessThanOrEqual(2);
  expect(summary.failures.interrupted).toBeGreaterThan(0);
  expect(summary.failures).toEqual({ interrupted: summary.calls });
  expect(endpoint.log).toContain("hangup");
});

test("a signal that is already aborted places nothing", async () => {
  const call = { url: "ws://127.0.0.1:1/", script: track };
  const { summary } = await runLoad({ call, calls: 5, signal: AbortSignal.abort() });
  expect(summary.calls).toBe(0);
});

test("a fault of ours ends the load and is not counted as the endpoint's", async () => {
  endpoint = await Endpoint.listen(echo);
  const observersOf = () => {
    throw new TypeError("ours");
  };
  const call = { url: endpoint.url, script: track, hangUpAfterMs: 100 };
  await expect(runLoad({ call, calls: 5, observersOf })).rejects.toThrow("ours");
});

test("a load for a time goes on until it is over, with so many calls at a time", async () => {
  endpoint = await Endpoint.listen(echo);
  const call = { url: endpoint.url, script: track, hangUpAfterMs: 100 };
  const { summary } = await runLoad({ call, calls: 3, concurrency: 3, atLeastMs: 450 });
  expect(summary.calls).toBeGreaterThanOrEqual(6);
  expect(endpoint.mostOpen).toBeLessThanOrEqual(3);
});

test("budgets are judged by what was measured; what was not does not pass", async () => {
  endpoint = await Endpoint.listen(echo);
  const { summary } = await runLoad({
    call: { url: endpoint.url, script: track, hangUpAfterMs: 100 },
    calls: 2,
    budgets: [budget("failed", 0), budget("first-audio.p95", 900), budget("sender-lateness.p50", 0)],
  });
  expect(summary.budgets).toEqual([
    { name: "failed", unit: "%", limit: 0, measured: 0, ok: true },
    {
      name: "first-audio.p95",
      unit: "ms",
      limit: 900,
      measured: null,
      ok: false,
      reason: "it was never measured",
    },
    { name: "sender-lateness.p50", unit: "ms", limit: 0, measured: expect.any(Number), ok: false },
  ]);
});
