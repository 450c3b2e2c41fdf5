/** An ElevenLabs agent: a signed address over HTTP first, then base64 audio in JSON, in the formats that the agent is set to. */
import { bytesPerMs, isSampleRate, type MediaFormat, pcm16 } from "../audio/format.js";
import type { Leg } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { defineAgent, type Environment } from "./agent.js";
import { ElevenLabsSpeech } from "./elevenlabs/speech.js";
import { Handshake } from "./wire/handshake.js";
import { parseObject } from "./wire/json.js";
import { AgentSocket } from "./wire/socket.js";
import { askVendor, keyOf, objectOf, wordsOf } from "./wire/vendor.js";
import { warnOnce } from "./wire/warn-once.js";

const VENDOR = "ElevenLabs";
const KEY = "ELEVENLABS_API_KEY";
const PATH = "/v1/convai/conversation";
/** The socket's limits are set before the agent's formats are known: as for base64 of its usual pcm_16000. */
const WIRE_BYTES_PER_MS = bytesPerMs(pcm16(16000)) * 1.4;

export const elevenlabs = defineAgent({
  name: "elevenlabs",
  summary: "an ElevenLabs agent; native μ-law when the agent is set to it",
  url: "required",
  example: "elevenlabs:AGENT_ID",
  options: {
    greeting: { type: "string", help: "what the agent says first, instead of its own first message" },
    prompt: { type: "string", help: "instructions for the model, instead of the agent's own" },
    language: { type: "string", help: "the agent's language, such as en or de" },
    voice: { type: "string", help: "id of the voice to speak with, instead of the agent's own" },
    keys: {
      type: "string",
      choices: ["context", "message"],
      default: "context",
      help: "keys that the caller presses: told in passing, or as a message that the agent answers",
    },
    public: {
      type: "boolean",
      default: false,
      help: "true for an agent that needs no key; ELEVENLABS_API_KEY is not used",
    },
    baseUrl: {
      type: "string",
      default: "https://api.elevenlabs.io",
      help: "the vendor's address, for a region of its own",
    },
  },
  checkOptions(options, env) {
    checkBaseUrl(options.baseUrl);
    if (!options.public) keyOf(env, KEY, VENDOR);
  },
  async probe({ options, url, headers, env, signal }) {
    const address = await addressOf(url as string, { options, headers, env, signal });
    if (!options.public) return;
    const ignore = () => {};
    const socket = new AgentSocket({
      url: address,
      headers,
      signal,
      bytesPerMs: WIRE_BYTES_PER_MS,
      emit: ignore,
      onText: ignore,
      onBytes: ignore,
    });
    await socket.opened;
    socket.close(1000, "only looked");
  },
  async connect({ options, url, headers, call, env, emit, signal }): Promise<Leg> {
    const handshake = new Handshake(VENDOR, emit);
    const warn = warnOnce(emit);
    let formats: Formats | undefined;
    const speech = new ElevenLabsSpeech(emit, warn, (text) => socket.sendControl(text));
    const socket: AgentSocket = new AgentSocket({
      url: await addressOf(url as string, { options, headers, env, signal }),
      headers,
      signal,
      bytesPerMs: WIRE_BYTES_PER_MS,
      emit: handshake.emit,
      onText(text) {
        const message = parseObject(text);
        if (!message) {
          warn("agent-malformed", "the agent sent a text that is not a JSON object; it was ignored");
        } else if (message.type === "conversation_initiation_metadata" && !formats) {
          formats = formatsOf(message.conversation_initiation_metadata_event, handshake);
          if (formats) handshake.ready();
        } else if (message.type === "error" && !handshake.isOver) {
          handshake.refuse(`refused the call: ${faultOf(message.error_event)}`, FIX_FOR_ERRORS);
        } else if (message.type === "error") {
          warn("agent-error", `ElevenLabs reported an error: ${faultOf(message.error_event)}`);
        } else speech.read(message);
      },
      onBytes: () => warn("agent-binary", "the agent sent a binary message, which this wire does not have"),
    });
    const opened = socket.opened.then(() => socket.sendControl(initiation(options, call)));
    opened.catch(() => {});
    await handshake.through(socket, signal);
    const { hears, speaks } = formats as unknown as Formats;
    const msPerByte = 1 / bytesPerMs(hears);
    const keys = options.keys === "context" ? "contextual_update" : "user_message";
    return {
      hears,
      speaks,
      send(audio) {
        socket.sendAudio(`{"user_audio_chunk":"${audio.base64}"}`, audio.bytes.length * msPerByte);
      },
      dtmf(digit) {
        socket.sendControl(JSON.stringify({ type: keys, text: `[caller pressed ${digit}]` }));
      },
      // The wire has no word for it: the vendor reckons by its own clock what was heard.
      interrupt() {},
      toolResult(id, output, isError) {
        if (!speech.awaitsResult(id)) return;
        const result = { type: "client_tool_result", tool_call_id: id, result: output, is_error: isError };
        socket.sendControl(JSON.stringify(result));
      },
      close: (code, reason) => socket.close(code, reason),
    };
  },
});

interface Options {
  readonly greeting?: string;
  readonly prompt?: string;
  readonly language?: string;
  readonly voice?: string;
  readonly public: boolean;
  readonly baseUrl: string;
}

interface Asking {
  readonly options: Options;
  readonly headers: Readonly<Record<string, string>>;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** Where the conversation is. A signed address is a secret that begins one conversation, so every call asks for its own. */
async function addressOf(agentId: string, { options, headers, env, signal }: Asking): Promise<string> {
  const base = options.baseUrl.replace(/\/+$/, "");
  const query = `agent_id=${encodeURIComponent(decoded(agentId))}`;
  if (options.public) return `${base.replace(/^http/, "ws")}${PATH}?${query}`;
  const request = {
    method: "GET",
    headers: { ...headers, "xi-api-key": keyOf(env, KEY, VENDOR) },
    signal,
  } as const;
  const url = `${base}${PATH}/get-signed-url?${query}`;
  try {
    const { signed_url: signed } = await askVendor(url, request);
    if (typeof signed === "string" && /^wss?:\/\/\S+$/.test(signed) && URL.canParse(signed)) return signed;
  } catch (error) {
    throw namingAgent(error);
  }
  throw new BridgeError("agent-refused", "ElevenLabs answered without an address for the conversation", {
    fix: "Check the option baseUrl: something else may answer there",
  });
}

/** What was filled into the spec is encoded as for a URL; an agent id of the vendor's has nothing to encode. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function namingAgent(error: unknown): unknown {
  if (!(error instanceof BridgeError) || error.code !== "agent-refused") return error;
  const status = Number(/ HTTP (\d{3})/.exec(error.message)?.[1]);
  const fixes: Readonly<Record<number, string>> = {
    401: `Check the key in ${KEY}`,
    403: `Check the key in ${KEY}, and that it may use agents`,
    404: "Check the agent's id: elevenlabs:AGENT_ID",
    422: "Check the agent's id: elevenlabs:AGENT_ID",
  };
  return new BridgeError(error.code, error.message, { fix: fixes[status] ?? error.fix, cause: error });
}

/** The first message. Overrides are sent only where they are asked for: an agent refuses those it does not allow. */
function initiation(options: Options, call: CallInfo): string {
  const { greeting, prompt, language, voice } = options;
  const agent = {
    ...(greeting !== undefined && { first_message: greeting }),
    ...(prompt !== undefined && { prompt: { prompt } }),
    ...(language !== undefined && { language }),
  };
  const overrides = {
    ...(Object.keys(agent).length > 0 && { agent }),
    ...(voice !== undefined && { tts: { voice_id: voice } }),
  };
  return JSON.stringify({
    type: "conversation_initiation_client_data",
    ...(Object.keys(overrides).length > 0 && { conversation_config_override: overrides }),
    dynamic_variables: { caller_id: call.caller, called_number: call.callee, call_id: call.callId },
  });
}

interface Formats {
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
}

function formatsOf(event: unknown, handshake: Handshake): Formats | undefined {
  const { user_input_audio_format: input, agent_output_audio_format: output } = objectOf(event);
  const hears = formatOf(input);
  const speaks = formatOf(output);
  if (hears && speaks) return { hears, speaks };
  const which = wordsOf(hears ? output : input) || "unknown";
  handshake.refuse(
    `is set to the audio format ${which}, which cannot be used`,
    "Set the agent's audio formats to ulaw_8000, or to PCM at 8000, 16000, 24000 or 48000 Hz",
  );
  return undefined;
}

/** `ulaw_8000` and `pcm_16000` as formats. */
function formatOf(name: unknown): MediaFormat | undefined {
  if (name === "ulaw_8000") return { encoding: "g711_ulaw", sampleRate: 8000 };
  const rate = Number(/^pcm_(\d+)$/.exec(String(name))?.[1]);
  return isSampleRate(rate) ? pcm16(rate) : undefined;
}

const FIX_FOR_ERRORS =
  "Allow in the agent's security settings the overrides that the options ask for, and give its dynamic variables defaults";

function faultOf(event: unknown): string {
  const { error_type: type, message, reason } = objectOf(event);
  return [wordsOf(type), wordsOf(message) || wordsOf(reason)].filter(Boolean).join(": ") || "no reason given";
}

function checkBaseUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const good = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username;
  if (good) return;
  throw new BridgeError(
    "bad-agent-option",
    'The option "baseUrl" of elevenlabs must be an https:// address',
    {
      fix: "For example: --agent-option baseUrl=https://api.eu.residency.elevenlabs.io",
    },
  );
}
