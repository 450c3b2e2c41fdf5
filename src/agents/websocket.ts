/** The generic agent: PCM or μ-law as binary messages or as base64 in JSON, with a few control messages beside it. */
import type { MediaFormat, SampleRate } from "../audio/format.js";
import { BridgeError } from "../errors.js";
import { defineAgent } from "./agent.js";
import { connectWebsocket } from "./websocket/connect.js";
import { checkNames, nameOptions, wireNames } from "./websocket/names.js";

const ENCODINGS = ["pcm16", "g711_ulaw"] as const;
const RATES = [8000, 16000, 24000, 48000] as const;

export const websocket = defineAgent({
  name: "websocket",
  summary: "any agent that takes and gives PCM or μ-law over a WebSocket, binary or as base64 in JSON",
  url: "required",
  schemes: ["ws", "wss"],
  example: "websocket:ws://127.0.0.1:9000/call/{callId}",
  options: {
    encoding: { type: "string", choices: ENCODINGS, default: "pcm16", help: "encoding of the audio" },
    rate: {
      type: "number",
      choices: RATES,
      help: "its rate in Hz; left out, 16000 for pcm16 and 8000 for g711_ulaw",
    },
    speaksEncoding: {
      type: "string",
      choices: ENCODINGS,
      help: "encoding of what the agent says, where it differs",
    },
    speaksRate: {
      type: "number",
      choices: RATES,
      help: "rate in Hz of what the agent says, where it differs",
    },
    framing: {
      type: "string",
      choices: ["binary", "json"],
      default: "binary",
      help: 'audio as binary messages, or as {"type":"audio","audio":base64}',
    },
    greeting: {
      type: "string",
      help: "text that is sent to the agent at the start, so that it speaks first",
    },
    offerTools: {
      type: "boolean",
      default: false,
      help: "whether the first message lists the tools that the agent may call",
    },
    ...nameOptions,
  },
  checkOptions({ encoding, rate, speaksEncoding, speaksRate, framing, greeting, offerTools, ...own }) {
    const hears = formatOf(encoding, rate);
    checkFormat("rate", hears);
    checkFormat("speaksRate", spokenFormat(hears, speaksEncoding, speaksRate));
    checkNames("websocket", wireNames(own));
  },
  connect(context) {
    const { encoding, rate, speaksEncoding, speaksRate, framing, greeting, offerTools, ...own } =
      context.options;
    const hears = formatOf(encoding, rate);
    return connectWebsocket(context, {
      url: context.url as string,
      names: wireNames(own),
      hears,
      speaks: spokenFormat(hears, speaksEncoding, speaksRate),
      framing,
      greeting,
      offerTools,
    });
  },
});

type Encoding = (typeof ENCODINGS)[number];

function formatOf(encoding: Encoding, rate: SampleRate | undefined): MediaFormat {
  return { encoding, sampleRate: rate ?? (encoding === "g711_ulaw" ? 8000 : 16000) };
}

function spokenFormat(hears: MediaFormat, encoding?: Encoding, rate?: SampleRate): MediaFormat {
  if (encoding === undefined) return { ...hears, ...(rate && { sampleRate: rate }) };
  const inherited = encoding === hears.encoding ? hears.sampleRate : undefined;
  return formatOf(encoding, rate ?? inherited);
}

function checkFormat(option: string, { encoding, sampleRate }: MediaFormat): void {
  if (encoding !== "g711_ulaw" || sampleRate === 8000) return;
  throw new BridgeError(
    "bad-agent-option",
    `The option "${option}" of websocket must be 8000 for g711_ulaw`,
    {
      fix: "μ-law has 8000 samples a second: leave the rate out, or use pcm16",
    },
  );
}
