/** The agent that needs nothing: it says back what it hears, at once or when the caller has paused. */
import { isSampleRate, type MediaFormat, PORTAL_FORMATS, pcm16 } from "../audio/format.js";
import type { Payload } from "../audio/payload.js";
import type { Leg } from "../call/leg.js";
import { defineAgent } from "./agent.js";
import { Parrot } from "./echo/parrot.js";

export const echo = defineAgent({
  name: "echo",
  summary: "says back what the caller said, once the caller pauses; built in, needs nothing",
  url: "none",
  options: {
    mode: {
      type: "string",
      choices: ["pause", "instant"],
      default: "pause",
      help: "answer when the caller pauses, or return each piece of audio at once",
    },
    rate: {
      type: "string",
      choices: ["native", "8000", "16000", "24000", "48000"],
      default: "native",
      help: "the call's own format, or PCM at this rate in Hz; native is pcm16/24000 in Opus calls",
    },
    pause: {
      type: "number",
      default: 700,
      min: 100,
      max: 10_000,
      help: "how long the caller must be silent before the answer, in ms",
    },
  },
  async connect({ options, call, emit }): Promise<Leg> {
    const format = formatFor(options.rate, call.format);
    const parrot = options.mode === "pause" ? new Parrot(format, options.pause, emit) : undefined;
    let closed = false;
    return {
      hears: format,
      speaks: format,
      send(audio: Payload) {
        if (closed) return;
        if (parrot) parrot.hear(audio.bytes);
        else emit({ type: "audio", payload: audio });
      },
      interrupt: () => parrot?.stopSpeaking(),
      close() {
        closed = true;
      },
    };
  },
});

function formatFor(rate: string, callFormat: MediaFormat): MediaFormat {
  const sampleRate = Number(rate);
  if (isSampleRate(sampleRate)) return pcm16(sampleRate);
  return callFormat.encoding === "opus" ? PORTAL_FORMATS.pcm16 : callFormat;
}
