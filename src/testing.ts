/**
 * For test suites: calls that a test places and asserts, matchers, a fake SmartPBX, and fakes of what stands on the far side
 * of an agent. Real sockets; time is real or held in the test's hands.
 */
export { ManualClock } from "./clock.js";
export { fakeSmartPbx } from "./testing/fake-smartpbx.js";
export { placeCall } from "./testing/place-call.js";
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
export { ScriptedAgent, type ScriptedAgentOptions, ScriptedConversation } from "./testing/scripted-agent.js";
