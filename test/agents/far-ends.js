/** A far end for every agent kind that has one: the fake of it, and how an agent is pointed there. For tests of src and programs on dist. */

const http = (url) => url.replace(/^ws/, "http");

export const FAR_ENDS = {
  adk: { fake: "fakeAdk", spec: (url) => `adk:${url}/ws/{callId}?is_audio=true` },
  "adk-live": {
    fake: "fakeAdkLive",
    spec: (url) => `adk-live:${http(url)}`,
    options: () => ({ app: "my_agent", reconnect: "false" }),
  },
  gemini: { fake: "fakeGemini", spec: (url) => `gemini:${url}`, hasHandshake: true },
  openai: { fake: "fakeOpenAi", spec: (url) => `openai:${url}/v1/realtime`, hasHandshake: true },
  "openai-live": {
    fake: "fakeOpenAiLive",
    spec: (url) => `openai-live:${url}/v1/live/sessions`,
    hasHandshake: true,
  },
  smartpbx: { fake: "fakeSmartpbxEndpoint", spec: (url) => `smartpbx:${url}/media-stream` },
  websocket: { fake: "fakeWebSocketAgent", spec: (url) => `websocket:${url}/{callId}` },
  elevenlabs: {
    fake: "fakeElevenLabs",
    spec: () => "elevenlabs:agent_1",
    options: (url) => ({ baseUrl: http(url) }),
    hasHandshake: true,
  },
  deepgram: { fake: "fakeDeepgram", spec: (url) => `deepgram:${url}`, hasHandshake: true },
  ultravox: { fake: "fakeUltravox", spec: (url) => `ultravox:${http(url)}` },
  pipecat: { fake: "fakePipecat", spec: (url) => `pipecat:${url}/ws-client`, hasHandshake: true },
  twilio: { fake: "fakeTwilioAgent", spec: (url) => `twilio:${url}/media-stream` },
  telnyx: dialect("telnyx"),
  plivo: dialect("plivo"),
  exotel: dialect("exotel"),
};

function dialect(name) {
  return { fake: "fakeTwilioAgent", settings: { dialect: name }, spec: (url) => `${name}:${url}/stream` };
}

export function startFarEnd(fakes, kind, options) {
  const { fake, settings } = FAR_ENDS[kind];
  return fakes[fake]({ ...settings, ...options });
}

export const KEYS = Object.fromEntries(
  ["OPENAI", "GEMINI", "ELEVENLABS", "DEEPGRAM", "ULTRAVOX"].map((vendor) => [
    `${vendor}_API_KEY`,
    "test-key",
  ]),
);
