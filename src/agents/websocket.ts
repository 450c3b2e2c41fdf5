/** The generic agent: PCM or μ-law as binary messages or as base64 in JSON, with a few control messages beside it. */
import { bytesPerMs, type MediaFormat, type SampleRate } from "../audio/format.js";
import { Payload } from "../audio/payload.js";
import type { Leg, LegEvent } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import type { CallInfo } from "../protocol/messages.js";
import { defineAgent } from "./agent.js";
import { parseObject } from "./json.js";
import { AgentSocket } from "./socket.js";
import { warnOnce } from "./warn-once.js";

/** Every name that goes over this wire. */
const FIELD = {
  type: "type",
  audio: "audio",
  who: "who",
  text: "text",
  heardMs: "heardMs",
  digit: "digit",
} as const;
const TYPE = {
  start: "start",
  audio: "audio",
  interrupted: "interrupted",
  turnEnded: "turn-ended",
  transcript: "transcript",
  dtmf: "dtmf",
  end: "end",
} as const;

/** Characters of base64 and of the message around it, for each byte of 20 ms of audio. */
const JSON_GROWTH = 1.5;
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
  },
  checkOptions({ encoding, rate, speaksEncoding, speaksRate }) {
    const hears = formatOf(encoding, rate);
    checkFormat("rate", hears);
    checkFormat("speaksRate", spokenFormat(hears, speaksEncoding, speaksRate));
  },
  async connect({ options, url, headers, call, emit, signal }): Promise<Leg> {
    const hears = formatOf(options.encoding, options.rate);
    const speaks = spokenFormat(hears, options.speaksEncoding, options.speaksRate);
    const json = options.framing === "json";
    const msPerByte = 1 / bytesPerMs(hears);
    const warn = warnOnce(emit);
    const socket: AgentSocket = new AgentSocket({
      url: url as string,
      headers,
      signal,
      bytesPerMs: bytesPerMs(hears) * (json ? JSON_GROWTH : 1),
      emit,
      onText: (text) => read(text, emit, warn, socket),
      onBytes: (bytes) => emit({ type: "audio", payload: Payload.fromBytes(bytes) }),
    });
    await socket.opened;
    socket.sendControl(startMessage(call, hears, speaks));
    return {
      hears,
      speaks,
      send(audio) {
        const { bytes } = audio;
        socket.sendAudio(json ? audioMessage(audio) : bytes, bytes.length * msPerByte);
      },
      dtmf: (digit) => socket.sendControl(control(TYPE.dtmf, { [FIELD.digit]: digit })),
      interrupt: (heardMs) => socket.sendControl(control(TYPE.interrupted, { [FIELD.heardMs]: heardMs })),
      close(code, reason) {
        socket.sendControl(control(TYPE.end));
        socket.close(code, reason);
      },
    };
  },
});

/** One text from the agent. Audio as JSON is taken in either framing. */
function read(
  text: string,
  emit: (event: LegEvent) => void,
  warn: (code: string, message: string) => void,
  socket: AgentSocket,
): void {
  const message = parseObject(text) ?? {};
  switch (message[FIELD.type]) {
    case TYPE.audio: {
      const bytes = Buffer.from(String(message[FIELD.audio] ?? ""), "base64");
      if (bytes.length > 0) emit({ type: "audio", payload: Payload.fromBytes(bytes) });
      break;
    }
    case TYPE.interrupted:
      emit({ type: "interrupted" });
      break;
    case TYPE.turnEnded:
      emit({ type: "turn-ended" });
      break;
    case TYPE.transcript: {
      const said = message[FIELD.text];
      const who = message[FIELD.who] === "caller" ? "caller" : "agent";
      if (typeof said === "string") emit({ type: "transcript", who, text: said });
      break;
    }
    case TYPE.end:
      socket.end("the agent ended the conversation");
      break;
    default:
      warn("agent-message", "the agent sent a text message that this wire does not have; it was ignored");
  }
}

function startMessage(call: CallInfo, hears: MediaFormat, speaks: MediaFormat): string {
  const { callId, caller, callee, accountId } = call;
  return control(TYPE.start, { callId, caller, callee, accountId, hears, speaks });
}

function audioMessage(audio: Payload): string {
  return `{"${FIELD.type}":"${TYPE.audio}","${FIELD.audio}":"${audio.base64}"}`;
}

function control(type: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ [FIELD.type]: type, ...fields });
}

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
