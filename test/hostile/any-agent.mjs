/** An agent that is of the kind that the called number names: `echo`, or `gemini 40123` for a far end at that port. */
import { resolveAgent } from "../../dist/agents/index.js";

const at = (scheme, port, path = "") => `${scheme}://127.0.0.1:${port}${path}`;
const KEYS = [
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
  "ELEVENLABS_API_KEY",
  "DEEPGRAM_API_KEY",
  "ULTRAVOX_API_KEY",
];
const env = { ...process.env, ...Object.fromEntries(KEYS.map((name) => [name, "test-key"])) };

/** How each kind is pointed at a far end. */
const SPECS = {
  adk: (port) => [`adk:${at("ws", port, "/ws/{callId}?is_audio=true")}`],
  "adk-live": (port) => [`adk-live:${at("http", port)}`, { app: "my_agent", reconnect: "false" }],
  gemini: (port) => [`gemini:${at("ws", port)}`],
  openai: (port) => [`openai:${at("ws", port, "/v1/realtime")}`],
  "openai-live": (port) => [`openai-live:${at("ws", port, "/v1/live/sessions")}`],
  smartpbx: (port) => [`smartpbx:${at("ws", port, "/media-stream")}`],
  websocket: (port) => [`websocket:${at("ws", port, "/{callId}")}`],
  elevenlabs: (port) => ["elevenlabs:agent_1", { baseUrl: at("http", port) }],
  deepgram: (port) => [`deepgram:${at("ws", port)}`],
  ultravox: (port) => [`ultravox:${at("http", port)}`],
  pipecat: (port) => [`pipecat:${at("ws", port, "/ws-client")}`],
  twilio: (port) => [`twilio:${at("ws", port, "/media-stream")}`],
  telnyx: (port) => [`telnyx:${at("ws", port, "/stream")}`],
  plivo: (port) => [`plivo:${at("ws", port, "/stream")}`],
  exotel: (port) => [`exotel:${at("ws", port, "/stream")}`],
};

export default {
  name: "any",
  summary: "the kind that is called",
  url: "none",
  options: {},
  async connect({ call, rawStart, emit, signal }) {
    const [kind, port] = call.callee.split(" ");
    const [spec, options] = SPECS[kind]?.(port) ?? ["echo", { mode: "instant" }];
    const agent = await resolveAgent(spec, { options: options ?? {}, env, agentTimeoutMs: 5000 });
    return agent.connect({ call, rawStart, emit, signal });
  },
};
