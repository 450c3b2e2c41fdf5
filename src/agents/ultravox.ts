/** An Ultravox agent: a call made over HTTP, joined over a WebSocket, with PCM as binary messages and JSON beside it. */
import { bytesPerMs, type MediaFormat, pcm16 } from "../audio/format.js";
import type { Leg } from "../call/leg.js";
import { HANG_UP } from "../call/tool-calls.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { defineAgent } from "./agent.js";
import { ultravoxCall } from "./ultravox/call.js";
import { UltravoxSpeech } from "./ultravox/speech.js";
import { Handshake } from "./wire/handshake.js";
import { parseObject } from "./wire/json.js";
import { AgentSocket } from "./wire/socket.js";
import { askVendor, keyOf, namingKey } from "./wire/vendor.js";
import { warnOnce } from "./wire/warn-once.js";

const VENDOR = "Ultravox";
const KEY = "ULTRAVOX_API_KEY";
const ADDRESS = "https://api.ultravox.ai";

export const ultravox = defineAgent({
  name: "ultravox",
  summary: "an Ultravox agent; PCM at the rate of the call",
  url: "optional",
  schemes: ["https", "http"],
  example: "ultravox",
  options: {
    agent: {
      type: "string",
      help: "id of an agent stored at the vendor, instead of prompt, model, voice and tools",
    },
    prompt: { type: "string", help: "instructions for the model" },
    model: { type: "string", help: "the model; left out, the vendor's own choice" },
    voice: { type: "string", help: "name or id of the voice; left out, the vendor's own choice" },
    language: { type: "string", help: "the language to expect, such as en or de-DE" },
    greeting: { type: "string", help: "what the agent says first; left out, it makes up its own greeting" },
    keys: {
      type: "string",
      choices: ["immediate", "soon", "later"],
      default: "later",
      help: "when the agent turns to keys that the caller presses: later is with the caller's next words",
    },
    maxDuration: {
      type: "number",
      min: 1,
      max: 1440,
      default: 60,
      help: "minutes after which the vendor ends the call",
    },
  },
  checkOptions(options, env) {
    keyOf(env, KEY, VENDOR);
    if (options.agent === undefined) return;
    const excess = (["prompt", "model", "voice", "language"] as const).find(
      (name) => options[name] !== undefined,
    );
    if (!excess) return;
    throw new BridgeError("bad-agent-option", `The option "${excess}" of ultravox does not go with "agent"`, {
      fix: `Change the stored agent's ${excess} at the vendor, or leave "agent" out`,
    });
  },
  async probe({ options, url, headers, env, signal }) {
    // A call that nobody joins would count: what is asked for here costs nothing.
    const path = options.agent === undefined ? "/api/accounts/me" : agentPath(options.agent);
    await ask(url, path, { method: "GET", headers, signal }, keyOf(env, KEY, VENDOR));
  },
  async connect({ options, url, headers, call, env, tools, emit, signal }): Promise<Leg> {
    const format = formatFor(call);
    const msPerByte = 1 / bytesPerMs(format);
    const path = options.agent === undefined ? "/api/calls" : `${agentPath(options.agent)}/calls`;
    const body = ultravoxCall(options, format.sampleRate, tools);
    const key = keyOf(env, KEY, VENDOR);
    const { joinUrl } = await ask(url, path, { method: "POST", headers, body, signal }, key);
    const handshake = new Handshake(VENDOR, emit);
    const warn = warnOnce(emit);
    const speech = new UltravoxSpeech(emit, warn);
    const socket = new AgentSocket({
      url: joinable(joinUrl),
      headers,
      signal,
      bytesPerMs: bytesPerMs(format),
      emit: handshake.emit,
      onText(text) {
        const message = parseObject(text);
        if (!message) {
          warn("agent-malformed", "the agent sent a text that is not a JSON object; it was ignored");
          return;
        }
        if (message.type === "call_started" || message.type === "state") handshake.ready();
        speech.read(message);
      },
      onBytes(bytes) {
        handshake.ready();
        speech.audio(bytes);
      },
    });
    await handshake.through(socket, signal);
    return {
      hears: format,
      speaks: format,
      send: (audio) => socket.sendAudio(audio.bytes, audio.bytes.length * msPerByte),
      dtmf(digit) {
        const text = `[caller pressed ${digit}]`;
        socket.sendControl(JSON.stringify({ type: "user_text_message", text, urgency: options.keys }));
      },
      // The vendor knows what it sent and when it said to drop it; it asks for no word about what was heard.
      interrupt() {},
      toolResult(invocationId, output, isError) {
        const name = speech.answered(invocationId);
        if (name === undefined) return;
        const outcome = isError
          ? { errorType: "implementation-error", errorMessage: output }
          : { result: output, responseType: "tool-response" };
        // After a hang-up, there is nothing left to say.
        const reaction = name === HANG_UP ? { agentReaction: "listens" } : {};
        const answer = { type: "client_tool_result", invocationId, ...outcome, ...reaction };
        socket.sendControl(JSON.stringify(answer));
      },
      close(code, reason) {
        socket.sendControl('{"type":"hang_up"}');
        socket.close(code, reason);
      },
    };
  },
});

interface Request {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal: AbortSignal;
}

async function ask(base = ADDRESS, path: string, request: Request, key: string) {
  const headers = { ...request.headers, "X-API-Key": key };
  try {
    return await askVendor(`${base.replace(/\/+$/, "")}${path}`, { ...request, headers });
  } catch (error) {
    throw namingKey(error, KEY);
  }
}

function agentPath(id: string): string {
  return `/api/agents/${encodeURIComponent(id)}`;
}

/** The address to join is a secret: whoever has it is the caller. */
function joinable(joinUrl: unknown): string {
  if (typeof joinUrl === "string" && /^wss?:\/\/\S+$/.test(joinUrl) && URL.canParse(joinUrl)) return joinUrl;
  throw new BridgeError("agent-refused", "Ultravox answered without an address to join the call at", {
    fix: "Check the URL after ultravox: something else may answer there",
  });
}

/** The wire has PCM only, at any rate: the call's own, and for Opus one that no voice has more than. */
function formatFor({ format }: CallInfo): MediaFormat {
  return pcm16(format.encoding === "opus" ? 24000 : format.sampleRate);
}
