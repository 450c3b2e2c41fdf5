/** A Deepgram voice agent: settings when it says welcome, then raw audio as binary messages and JSON beside it. */
import { bytesPerMs, type MediaFormat, pcm16 } from "../audio/format.js";
import type { Leg } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { type ConnectContext, defineAgent } from "./agent.js";
import { deepgramSettings } from "./deepgram/settings.js";
import { DeepgramSpeech } from "./deepgram/speech.js";
import { Handshake } from "./wire/handshake.js";
import { type JsonObject, parseObject } from "./wire/json.js";
import { AgentSocket } from "./wire/socket.js";
import { keyOf, namingKey, wordsOf } from "./wire/vendor.js";
import { warnOnce } from "./wire/warn-once.js";

const VENDOR = "Deepgram";
const KEY = "DEEPGRAM_API_KEY";
const ADDRESS = "wss://agent.deepgram.com/v1/agent/converse";
/** A session that gets neither audio nor this for a little longer is ended. */
const KEEP_ALIVE_MS = 8000;

const OPTIONS = {
  prompt: { type: "string", help: "instructions for the model" },
  greeting: { type: "string", help: "what the agent says first; left out, it waits for the caller" },
  listenModel: { type: "string", default: "flux-general-en", help: "the model that recognizes speech" },
  provider: {
    type: "string",
    choices: ["open_ai", "anthropic", "google", "groq"],
    default: "open_ai",
    help: "whose model thinks",
  },
  model: { type: "string", default: "gpt-4o-mini", help: "the model that thinks" },
  voice: { type: "string", default: "aura-2-thalia-en", help: "the model that speaks" },
  agent: { type: "string", help: "id of an agent stored at the vendor, instead of prompt, models and tools" },
} as const;

export const deepgram = defineAgent({
  name: "deepgram",
  summary: "a Deepgram voice agent; native μ-law",
  url: "optional",
  schemes: ["ws", "wss"],
  example: "deepgram",
  options: OPTIONS,
  checkOptions({ agent, prompt, greeting }, env) {
    keyOf(env, KEY, VENDOR);
    if (agent === undefined || (prompt === undefined && greeting === undefined)) return;
    const which = prompt === undefined ? "greeting" : "prompt";
    throw new BridgeError("bad-agent-option", `The option "${which}" of deepgram does not go with "agent"`, {
      fix: `Change the stored agent's ${which} at the vendor, or leave "agent" out`,
    });
  },
  async probe(context) {
    const { socket } = await converse({ ...context, emit: () => {} }, G711, () => {});
    socket.close(1000, "only looked");
  },
  async connect(context): Promise<Leg> {
    const format = formatFor(context.call);
    const msPerByte = 1 / bytesPerMs(format);
    let beat: NodeJS.Timeout | undefined;
    const { socket, speech } = await converse(context, format, () => clearTimeout(beat));
    beat = setTimeout(() => {
      socket.sendControl('{"type":"KeepAlive"}');
      beat?.refresh();
    }, KEEP_ALIVE_MS).unref();
    return {
      hears: format,
      speaks: format,
      send(audio) {
        beat?.refresh();
        socket.sendAudio(audio.bytes, audio.bytes.length * msPerByte);
      },
      dtmf(digit) {
        const content = `[caller pressed ${digit}]`;
        socket.sendControl(JSON.stringify({ type: "InjectUserMessage", content }));
      },
      // The vendor has stopped the agent by itself and asks for no word about what was heard.
      interrupt() {},
      toolResult(id, output) {
        const name = speech.answered(id);
        if (name === undefined) return;
        socket.sendControl(JSON.stringify({ type: "FunctionCallResponse", id, name, content: output }));
      },
      close(code, reason) {
        clearTimeout(beat);
        socket.close(code, reason);
      },
    };
  },
});

type Context = Omit<ConnectContext<typeof OPTIONS>, "call" | "rawStart">;

/** Connects, and resolves when the settings were applied: the agent takes audio. */
async function converse(
  { options, url, headers, env, tools, emit, signal }: Context,
  format: MediaFormat,
  ended: () => void,
): Promise<{ socket: AgentSocket; speech: DeepgramSpeech }> {
  const handshake = new Handshake(VENDOR, emit);
  const warn = warnOnce(emit);
  const speech = new DeepgramSpeech(emit, warn);
  const key = keyOf(env, KEY, VENDOR);
  let welcomed = false;
  const socket: AgentSocket = new AgentSocket({
    url: url ?? ADDRESS,
    headers: { Authorization: `Token ${key}`, ...headers },
    signal,
    bytesPerMs: bytesPerMs(format),
    emit(event) {
      if (event.type === "closed") ended();
      handshake.emit(event);
    },
    onText(text) {
      const message = parseObject(text);
      if (!message) {
        warn("agent-malformed", "the agent sent a text that is not a JSON object; it was ignored");
      } else if (message.type === "Welcome") {
        if (!welcomed) socket.sendControl(JSON.stringify(deepgramSettings(options, format, tools)));
        welcomed = true;
      } else if (message.type === "SettingsApplied") handshake.ready();
      else if (message.type === "Error") fail(faultOf(message, [key, ...Object.values(headers)]));
      else speech.read(message);
    },
    onBytes: (bytes) => speech.audio(bytes),
  });
  /** The vendor's errors are fatal, and the socket stays open for a while after them. */
  const fail = (what: string) => {
    if (!handshake.isOver) {
      handshake.refuse(`refused the call: ${what}`, "Check the agent's options, its models above all");
      return;
    }
    ended();
    socket.close(1000, "the agent has failed");
    emit({ type: "closed", failed: true, reason: `Deepgram reported an error: ${what}` });
  };
  try {
    await handshake.through(socket, signal);
  } catch (error) {
    throw namingKey(error, KEY);
  }
  return { socket, speech };
}

const G711: MediaFormat = { encoding: "g711_ulaw", sampleRate: 8000 };

/** The call's own format. The vendor's raw Opus is not documented, and its voices have no more than 24 kHz. */
function formatFor({ format }: CallInfo): MediaFormat {
  return format.encoding === "opus" ? pcm16(24000) : format;
}

function faultOf({ code, description }: JsonObject, secrets: readonly string[]): string {
  return [wordsOf(code), wordsOf(description, secrets)].filter(Boolean).join(": ") || "no reason given";
}
