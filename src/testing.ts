/** Fakes for tests of agents and of what stands between them and SmartPBX. Real sockets, no sleeping, no timers. */
export { AdkConnection, fakeAdk } from "./testing/fake-adk.js";
export {
  ElevenLabsConnection,
  type FakeElevenLabsOptions,
  fakeElevenLabs,
} from "./testing/fake-elevenlabs.js";
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
export { fakeWebSocketAgent, WebSocketAgentConnection } from "./testing/fake-websocket-agent.js";
export { ScriptedAgent, type ScriptedAgentOptions, ScriptedConversation } from "./testing/scripted-agent.js";
