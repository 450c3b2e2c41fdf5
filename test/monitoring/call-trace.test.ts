import * as api from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect, test } from "vitest";
import type { CallEvent } from "../../src/call/events.js";
import { Metrics } from "../../src/call/metrics.js";
import { tracesOf } from "../../src/cli/commands/traces.js";
import { CallTrace } from "../../src/monitoring/call-trace.js";

const OPENED_MS = Date.UTC(2026, 10, 22, 12);
const summary = { ...new Metrics().summary(5000, 120), turns: 1, bargeIns: 1, droppedMs: 40 };
const started: CallEvent = {
  at: 10,
  type: "call-started",
  info: {
    callId: "call-1",
    accountId: "account-1",
    caller: "+12025550101",
    callee: "+12025550199",
    format: { encoding: "g711_ulaw", sampleRate: 8000 },
  },
  agent: "openai",
  raw: {},
};
const ended = (reason: "agent-ended" | "agent-failed", at = 5000): CallEvent => ({
  at,
  type: "call-ended",
  reason,
  detail: "key sk-secret refused",
  summary,
});

/** The finished spans of one call, by a real SDK. */
function spansOf(events: readonly CallEvent[]): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  let at = 0;
  const trace = new CallTrace(api, provider.getTracer("test"), "openai", () => OPENED_MS + at);
  for (const event of events) {
    at = event.at;
    trace.observe(event);
  }
  return exporter.getFinishedSpans();
}

/** From when to when, in ms of the call's clock. */
function times({ startTime, endTime }: ReadableSpan): number[] {
  return [startTime, endTime].map(([s, ns]) => Math.round(s * 1000 + ns / 1e6 - OPENED_MS));
}

const conversation: CallEvent[] = [
  started,
  { at: 200, type: "agent-ready", passthrough: false },
  { at: 300, type: "greeting", greetingMs: 280 },
  { at: 1000, type: "speech-started", who: "caller" },
  { at: 2300, type: "speech-ended", who: "caller", lastVoicedAt: 2000 },
  { at: 2700, type: "turn", firstAudioMs: 690 },
  { at: 2800, type: "dtmf", digit: "7" },
  { at: 2900, type: "transcript", who: "caller", text: "my secret word", spokenAt: 1000 },
  { at: 3000, type: "barge-in", heardMs: 310, droppedMs: 900 },
  { at: 3500, type: "tool-result", id: "1", name: "look_up", isError: true, tookMs: 400 },
  { at: 3600, type: "speech-started", who: "caller" },
  // So fast an answer is noted before the speech that it answers has ended.
  { at: 4300, type: "turn", firstAudioMs: 100 },
  { at: 4300, type: "speech-ended", who: "caller", lastVoicedAt: 4000 },
  ended("agent-ended"),
];

test("a call, its agent, its turns and its tools are spans, at the times at which they were", () => {
  const spans = spansOf(conversation);
  const byName = (name: string) => spans.filter((span) => span.name === name);
  const [call] = byName("smartpbx.call");
  const [agent] = byName("smartpbx.agent");
  expect(times(call!)).toEqual([0, 5000]);
  expect(call).toMatchObject({
    kind: api.SpanKind.SERVER,
    status: { code: api.SpanStatusCode.UNSET },
    attributes: {
      "smartpbx.call.id": "call-1",
      "smartpbx.media.encoding": "g711_ulaw",
      "smartpbx.media.sample_rate": 8000,
      "smartpbx.agent.kind": "openai",
      "smartpbx.call.outcome": "agent-ended",
      "smartpbx.call.turns": 1,
      "smartpbx.call.barge_ins": 1,
      "smartpbx.call.dropped_ms": 40,
      "smartpbx.call.talk_over_ms": 120,
    },
    events: [{ name: "barge-in", attributes: { "smartpbx.heard_ms": 310, "smartpbx.dropped_ms": 900 } }],
  });
  expect(times(agent!)).toEqual([10, 5000]);
  expect(agent).toMatchObject({ kind: api.SpanKind.CLIENT, events: [{ name: "ready" }] });
  expect(byName("smartpbx.turn").map(times)).toEqual([
    [2000, 2690],
    [4000, 4100],
  ]);
  expect(byName("smartpbx.turn")[0]?.attributes).toEqual({ "smartpbx.first_audio_ms": 690 });
  expect(byName("smartpbx.greeting").map(times)).toEqual([[0, 280]]);
  expect(byName("smartpbx.tool").map(times)).toEqual([[3100, 3500]]);
  expect(byName("smartpbx.tool")[0]).toMatchObject({ status: { code: api.SpanStatusCode.ERROR } });
  for (const span of spans.filter((one) => one !== call)) {
    expect(span.parentSpanContext?.spanId).toBe(call?.spanContext().spanId);
    expect(span.spanContext().traceId).toBe(call?.spanContext().traceId);
  }
});

test("nothing personal and no secret is in it", () => {
  const spans = [...spansOf(conversation), ...spansOf([started, ended("agent-failed")])];
  const text = JSON.stringify(
    spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
  expect(text).not.toMatch(/2025550|secret|account-1|"7"/);
});

test("what failed is marked as an error, the agent's fault on the agent too", () => {
  const [agent, call] = spansOf([started, ended("agent-failed")]);
  for (const span of [agent, call])
    expect(span?.status).toEqual({ code: api.SpanStatusCode.ERROR, message: "agent-failed" });
});

test("a call that never started is no span", () => {
  expect(spansOf([{ at: 1, type: "warning", code: "x", message: "" }, ended("agent-failed")])).toEqual([]);
});

test("a call that is not sampled costs no more spans", () => {
  const provider = new BasicTracerProvider({ sampler: { shouldSample: () => ({ decision: 0 }) } });
  const trace = new CallTrace(api, provider.getTracer("test"), "echo", () => OPENED_MS);
  for (const event of conversation) trace.observe(event);
});

test("without a registered SDK there is nothing", async () => {
  const io = { clock: { now: () => 0, wallMs: () => 0, setTimer: () => ({ cancel: () => {} }) } };
  expect(await tracesOf("echo", () => {}, io as never)).toBeUndefined();
});
