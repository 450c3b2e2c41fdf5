/** What we send to OpenAI, and the events that we read, have the shapes of the vendor's published types. */
import type * as Beta from "openai/resources/beta/realtime/realtime";
import type * as Ga from "openai/resources/realtime/realtime";
import { expect, expectTypeOf, it } from "vitest";
import type * as Live from "../../node_modules/@openai/agents/node_modules/openai/resources/live/live.js";
import { type AgentMessage, History } from "../../src/agents/openai/history.js";
import type { betaSession, gaSession } from "../../src/agents/openai/plan.js";
import { OpenCalls } from "../../src/agents/openai/tools.js";
import { Turns } from "../../src/agents/openai/turns.js";
import type { ClientEvent, InstructionsUpdate } from "../../src/agents/openai/wire.js";
import type { InitialItem, LiveClientEvent } from "../../src/agents/openai-live/wire.js";
import type { planLive } from "../../src/agents/openai-live.js";
import type { LegEvent } from "../../src/call/leg.js";

/** The vendor's arrays can be written to; ours cannot, which does not matter to what is sent. */
type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
/** Tools may also have the shape that Qwen wants, which OpenAI's types do not have. */
type WithTools<S, T> = Omit<Writable<S>, "tools"> & { tools?: T };

it("sends what the types allow, in both dialects", () => {
  type Items = Extract<ClientEvent, { item: unknown }>["item"];
  expectTypeOf<Writable<Exclude<Items, AgentMessage<"text">>>>().toExtend<Ga.ConversationItem>();
  expectTypeOf<Writable<Exclude<Items, AgentMessage<"output_text">>>>().toExtend<Beta.ConversationItem>();
  type Others = Writable<Exclude<ClientEvent, { item: unknown }>>;
  expectTypeOf<Others>().toExtend<Ga.RealtimeClientEvent>();
  expectTypeOf<Others>().toExtend<Beta.RealtimeClientEvent>();
  expectTypeOf<Writable<InstructionsUpdate>>().toExtend<Beta.RealtimeClientEvent>();
  expectTypeOf<
    WithTools<ReturnType<typeof gaSession>, Ga.RealtimeToolsConfig>
  >().toExtend<Ga.RealtimeSessionCreateRequest>();
  expectTypeOf<
    WithTools<ReturnType<typeof betaSession>, Beta.SessionUpdateEvent.Session.Tool[]>
  >().toExtend<Beta.SessionUpdateEvent.Session>();
});

it("sends a Live session what its types allow", () => {
  expectTypeOf<Writable<Exclude<LiveClientEvent, { content: string }>>>().toExtend<Live.ClientEvent>();
  type Appended = Extract<LiveClientEvent, { content: string }>;
  expectTypeOf<Appended & { type: "session.commentary.append" }>().toExtend<Live.ClientEvent>();
  expectTypeOf<Appended & { type: "session.thinking.append" }>().toExtend<Live.ClientEvent>();
  expectTypeOf<Writable<ReturnType<typeof planLive>>>().toExtend<Live.SessionConfig>();
  expectTypeOf<Writable<InitialItem>>().toExtend<Live.InitialItem>();
});

const place = { event_id: "e", response_id: "r", item_id: "i", output_index: 0, content_index: 0 };
const call = { type: "function_call", call_id: "c", name: "lookup", arguments: "{}" } as const;
const speech = { event_id: "e", item_id: "u" };
const EVENTS = {
  ga: [
    { type: "input_audio_buffer.speech_started", audio_start_ms: 40, ...speech },
    { type: "input_audio_buffer.speech_stopped", audio_end_ms: 900, ...speech },
    { type: "input_audio_buffer.committed", ...speech },
    {
      type: "conversation.item.input_audio_transcription.completed",
      content_index: 0,
      transcript: "Hello?",
      usage: { type: "duration", seconds: 1 },
      ...speech,
    },
    { type: "response.created", event_id: "e", response: { id: "r" } },
    { type: "response.output_audio.delta", delta: "AAAA", ...place },
    { type: "response.output_audio.done", ...place },
    { type: "response.output_audio_transcript.delta", delta: "Good", ...place },
    { type: "response.output_audio_transcript.done", transcript: "Good day", ...place },
    { type: "response.output_item.done", event_id: "e", response_id: "r", output_index: 0, item: call },
    { type: "response.done", event_id: "e", response: { id: "r", status: "completed", output: [call] } },
    { type: "error", event_id: "e", error: { type: "x", code: "session_expired", message: "over" } },
  ] satisfies Ga.RealtimeServerEvent[],
  beta: [
    { type: "input_audio_buffer.speech_started", audio_start_ms: 40, ...speech },
    { type: "input_audio_buffer.speech_stopped", audio_end_ms: 900, ...speech },
    { type: "input_audio_buffer.committed", previous_item_id: "p", ...speech },
    {
      type: "conversation.item.input_audio_transcription.completed",
      content_index: 0,
      transcript: "Hello?",
      usage: { type: "duration", seconds: 1 },
      ...speech,
    },
    { type: "response.created", event_id: "e", response: { id: "r" } },
    { type: "response.audio.delta", delta: "AAAA", ...place },
    { type: "response.audio.done", ...place },
    { type: "response.audio_transcript.delta", delta: "Good", ...place },
    { type: "response.audio_transcript.done", transcript: "Good day", ...place },
    { type: "response.output_item.done", event_id: "e", response_id: "r", output_index: 0, item: call },
    { type: "response.done", event_id: "e", response: { id: "r", status: "completed", output: [call] } },
    { type: "error", event_id: "e", error: { type: "x", code: "session_expired", message: "over" } },
  ] satisfies Beta.RealtimeServerEvent[],
};

it.each(["ga", "beta"] as const)("reads events of the vendor's own shapes (%s)", (dialect) => {
  const events: LegEvent[] = [];
  let expired = 0;
  const turns = new Turns({
    dialect,
    bytesPerMs: 8,
    truncates: true,
    cancelsItself: true,
    history: new History(),
    calls: new OpenCalls(),
    audioBeforeMs: () => 0,
    send() {},
    emit: (event) => events.push(event),
    warn() {},
    onExpired: () => expired++,
    onFailed() {},
  });
  for (const event of EVENTS[dialect]) turns.read({ ...event });
  expect(events).toMatchObject([
    { type: "interrupted" },
    { type: "transcript", who: "caller", text: "Hello?", audioMs: 40 },
    { type: "audio", itemId: "i" },
    { type: "transcript", who: "agent", text: "Good day" },
    { type: "tool-call", id: "c", name: "lookup", args: {} },
    { type: "turn-ended" },
  ]);
  expect(expired).toBe(1);
});
