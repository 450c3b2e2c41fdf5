/** Agents made for the media streams of Telnyx, Plivo and Exotel, unchanged: Twilio's wire with other names. */
import { type MediaFormat, pcm16 } from "../audio/format.js";
import { type ConnectContext, defineAgent } from "./agent.js";
import { type Dialect, EXOTEL, PLIVO, plivoEncoding, TELNYX } from "./twilio/dialects.js";
import { callParameters, streamIds } from "./twilio/ids.js";
import { openStream, ULAW } from "./twilio/stream.js";

const PARAMETERS = {
  type: "string",
  help: "more custom parameters for the agent, as name=value&name=value",
} as const;

export const telnyx = defineAgent({
  name: "telnyx",
  summary: "an agent made for Telnyx media streaming over WebSocket (PCMU)",
  url: "required",
  schemes: ["ws", "wss"],
  example: "telnyx:wss://agent.example.com/media-stream",
  options: { parameters: PARAMETERS },
  connect: (context) => open(TELNYX, context, ULAW),
});

export const plivo = defineAgent({
  name: "plivo",
  summary: "an agent made for Plivo audio streaming over WebSocket",
  url: "required",
  schemes: ["ws", "wss"],
  example: "plivo:wss://agent.example.com/stream",
  options: {
    audio: {
      type: "string",
      choices: ["mulaw-8000", "l16-8000", "l16-16000"],
      default: "mulaw-8000",
      help: "the content type of the stream: both what the agent hears and what it must send",
    },
    parameters: PARAMETERS,
  },
  connect(context) {
    const { audio } = context.options;
    const format = audio === "mulaw-8000" ? ULAW : pcm16(audio === "l16-8000" ? 8000 : 16_000);
    return open(PLIVO, context, format, `${plivoEncoding(format)};rate=${format.sampleRate}`);
  },
});

export const exotel = defineAgent({
  name: "exotel",
  summary: "an agent made for Exotel's Voicebot applet (PCM)",
  url: "required",
  schemes: ["ws", "wss"],
  example: "exotel:wss://agent.example.com/media",
  options: {
    rate: {
      type: "number",
      choices: [8000, 16_000, 24_000],
      default: 8000,
      help: "rate in Hz of the audio, both ways",
    },
    parameters: PARAMETERS,
  },
  connect: (context) => open(EXOTEL, context, pcm16(context.options.rate)),
});

type Context = Pick<ConnectContext, "url" | "headers" | "call" | "emit" | "signal"> & {
  readonly options: { readonly parameters: string | undefined };
};

function open(
  dialect: Dialect,
  { options, url, headers, call, emit, signal }: Context,
  format: MediaFormat,
  contentType?: string,
) {
  const parameters = {
    ...callParameters(call),
    ...Object.fromEntries(new URLSearchParams(options.parameters)),
  };
  const start = { ids: streamIds(dialect, call), call, parameters, format, contentType };
  return openStream({ dialect, start, url: url as string, headers, signal, emit });
}
