/** A far end in good order for every agent kind that has one: what a hostile line is twisted between. */
import {
  type FakeConnection,
  type FakeServer,
  fakeAdk,
  fakeAdkLive,
  fakeDeepgram,
  fakeElevenLabs,
  fakeGemini,
  fakeOpenAi,
  fakeOpenAiLive,
  fakePipecat,
  fakeSmartpbxEndpoint,
  fakeTwilioAgent,
  fakeUltravox,
  fakeWebSocketAgent,
} from "../../src/testing.js";

type Start = () => Promise<FakeServer<FakeConnection>>;

export const AGENT_KINDS: Readonly<Record<string, Start>> = {
  adk: fakeAdk,
  "adk-live": fakeAdkLive,
  gemini: fakeGemini,
  openai: fakeOpenAi,
  "openai-live": fakeOpenAiLive,
  smartpbx: fakeSmartpbxEndpoint,
  websocket: fakeWebSocketAgent,
  elevenlabs: fakeElevenLabs,
  deepgram: fakeDeepgram,
  ultravox: fakeUltravox,
  pipecat: fakePipecat,
  twilio: fakeTwilioAgent,
  telnyx: () => fakeTwilioAgent({ dialect: "telnyx" }),
  plivo: () => fakeTwilioAgent({ dialect: "plivo" }),
  exotel: () => fakeTwilioAgent({ dialect: "exotel" }),
};

/** Kinds whose agents have nothing to say before a conversation begins: an open WebSocket is all that is waited for. */
export const WITHOUT_HANDSHAKE: ReadonlySet<string> = new Set([
  "adk",
  "adk-live",
  "smartpbx",
  "websocket",
  "twilio",
  "telnyx",
  "plivo",
  "exotel",
  "ultravox",
]);
