/**
 * For test suites: calls that a test places and asserts, matchers, a fake SmartPBX, and fakes of what stands on the far side
 * of an agent. Real sockets; time is real or held in the test's hands.
 */
/** What happens in a call and what it was, in types. */
export type {
  BargeIn,
  CallAnalysis,
  Reply,
  SideSound,
  Span,
  ToolUse,
  Utterance,
} from "./analysis/call-analysis.js";
export type { Finding } from "./analysis/finding.js";
export type { CallEvent, CallSummary, EndReason } from "./call/events.js";
/** Time. */
export { type Clock, ManualClock, realClock, type Timer } from "./clock.js";
/** What a recorded call was, for the matchers. */
export { analyseRecording } from "./recording/analyse.js";
export type { Check } from "./report/results/result.js";
/** Calls, and what is asserted of them. */
export type { PlayOptions, WhatToPlay } from "./testing/call-script.js";
export type { PlaceCallOptions, PlaceCallSettings, UrlToCall } from "./testing/call-settings.js";
export type { CallerWords } from "./testing/caller-words.js";
export type { Duration } from "./testing/duration.js";
export {
  AdkConnection,
  AdkEventConnection,
  AdkEventsConnection,
  fakeAdk,
  fakeAdkEvents,
} from "./testing/fake-adk.js";
export {
  AdkLiveConnection,
  type FakeAdkLive,
  type FakeAdkLiveOptions,
  fakeAdkLive,
} from "./testing/fake-adk-live.js";
export { DeepgramConnection, type FakeDeepgramOptions, fakeDeepgram } from "./testing/fake-deepgram.js";
export {
  ElevenLabsConnection,
  type FakeElevenLabsOptions,
  fakeElevenLabs,
} from "./testing/fake-elevenlabs.js";
export { type FakeGeminiOptions, fakeGemini, GeminiConnection } from "./testing/fake-gemini.js";
export { type FakeOpenAiOptions, fakeOpenAi, OpenAiConnection } from "./testing/fake-openai.js";
export {
  type FakeOpenAiLiveOptions,
  fakeOpenAiLive,
  OpenAiLiveConnection,
} from "./testing/fake-openai-live.js";
export type { OpenAiVendor } from "./testing/fake-openai-vendors.js";
export { type FakePipecatOptions, fakePipecat, PipecatConnection } from "./testing/fake-pipecat.js";
export { FakeConnection, type FakeServer, type FakeServerOptions } from "./testing/fake-server.js";
export { FakeSmartPbx, type FakeSmartPbxOptions, fakeSmartPbx } from "./testing/fake-smartpbx.js";
export { fakeSmartpbxEndpoint, SmartpbxEndpointConnection } from "./testing/fake-smartpbx-endpoint.js";
export {
  type FakeTwilioAgentOptions,
  fakeTwilioAgent,
  TwilioAgentConnection,
} from "./testing/fake-twilio-agent.js";
export {
  type FakeTwilioWebhook,
  type FakeTwilioWebhookOptions,
  fakeTwilioWebhook,
} from "./testing/fake-twilio-webhook.js";
export { type FakeUltravoxOptions, fakeUltravox, UltravoxConnection } from "./testing/fake-ultravox.js";
export {
  type FakeWebSocketAgentOptions,
  fakeWebSocketAgent,
  WebSocketAgentConnection,
} from "./testing/fake-websocket-agent.js";
export type { HeardSpeech } from "./testing/matchers/hearing.js";
export type { CallToMatch } from "./testing/matchers/judgement.js";
export { type CallMatchers, matchers } from "./testing/matchers.js";
export type { AgentToCall } from "./testing/own-endpoint.js";
export { placeCall } from "./testing/place-call.js";
export { HeardAudio, type PlacedCall } from "./testing/placed-call.js";
export {
  defineScenario,
  type ScenarioDefinition,
  type ScenarioTime,
  type ScenarioTurn,
  type ScenarioWords,
} from "./testing/scenario-definition.js";
export { ScriptedAgent, type ScriptedAgentOptions, ScriptedConversation } from "./testing/scripted-agent.js";
