/** Google ADK behind the usual small wrapper: flat JSON messages, or binary audio in and ADK's own events out. */
import { bytesPerMs, pcm16 } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { Leg } from "../call/leg.js";
import { AdkEvents } from "./adk/events.js";
import { AdkSpeech } from "./adk/speech.js";
import { defineAgent } from "./agent.js";
import { parseObject } from "./wire/json.js";
import { AgentSocket } from "./wire/socket.js";
import { SpokenPcm } from "./wire/spoken-pcm.js";
import { warnOnce } from "./wire/warn-once.js";

/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const WIRE_GROWTH = 1.5;

export const adk = defineAgent({
  name: "adk",
  summary: "a Google ADK agent behind a WebSocket wrapper ({mime_type, data, role} as JSON, or ADK events)",
  url: "required",
  schemes: ["ws", "wss"],
  example: "adk:ws://127.0.0.1:8000/ws/{callId}?is_audio=true",
  options: {
    dialect: {
      type: "string",
      choices: ["flat-json", "adk-events"],
      default: "flat-json",
      help: "flat messages both ways, or binary PCM to the agent and ADK's events as JSON from it",
    },
    inputRate: {
      type: "number",
      choices: [8000, 16000, 24000, 48000],
      default: 16000,
      help: "rate in Hz of what the agent hears; 24000 for the vendor's example wrapper as it stands",
    },
    outputRate: {
      type: "number",
      choices: [8000, 16000, 24000, 48000],
      default: 24000,
      help: "rate in Hz of what the agent says, where its messages do not state one",
    },
    greeting: {
      type: "string",
      help: "text that is sent to the agent at the start, so that it speaks first",
    },
  },
  async connect({ options, url, headers, tools, emit, signal }): Promise<Leg> {
    const hears = pcm16(options.inputRate);
    const speaks = pcm16(options.outputRate);
    const flat = options.dialect === "flat-json";
    const msPerByte = 1 / bytesPerMs(hears);
    const head = `{"mime_type":"audio/pcm;rate=${hears.sampleRate}","data":"`;
    const warn = warnOnce(emit);
    const speech = new SpokenPcm(speaks, emit, warn, "outputRate");
    const reader = flat ? new AdkSpeech(speech, emit) : new AdkEvents(speech, tools, emit, warn);
    const socket = new AgentSocket({
      url: flat ? withAudio(url as string) : (url as string),
      headers,
      signal,
      bytesPerMs: bytesPerMs(hears) * (flat ? WIRE_GROWTH : 1),
      emit,
      onText(text) {
        const message = parseObject(text);
        if (message) reader.read(message);
        else warn("agent-malformed", "the agent sent a text that is not a JSON object; it was ignored");
      },
      onBytes: () => warn("agent-binary", "the agent sent a binary message, which this wire does not have"),
    });
    await socket.opened;
    const say = (text: string) => socket.sendControl(textMessage(flat, text));
    if (options.greeting) say(options.greeting);
    return {
      hears,
      speaks,
      send: (audio: Payload) => {
        const ms = audio.bytes.length * msPerByte;
        socket.sendAudio(flat ? `${head}${audio.base64}","role":"user"}` : audio.bytes, ms);
      },
      dtmf: (digit) => say(`[caller pressed ${digit}]`),
      // The wire has no word for it: ADK learns of an interruption by hearing the caller.
      interrupt() {},
      close: (code, reason) => socket.close(code, reason),
    };
  },
});

function textMessage(flat: boolean, text: string): string {
  return JSON.stringify(
    flat ? { mime_type: "text/plain", data: text, role: "user" } : { type: "text", text },
  );
}

/** The wrapper compares `is_audio` to the text "true"; without it, it answers in text. */
function withAudio(address: string): string {
  const url = new URL(address);
  if (!url.searchParams.has("is_audio")) url.search += `${url.search ? "&" : ""}is_audio=true`;
  return url.href;
}
