/** The services that speak OpenAI's Realtime protocol, each as its vendor documents it: where it is, what it takes, what it sends. */
import type { IncomingHttpHeaders } from "node:http";
import {
  asTools,
  fields,
  invalid,
  itemFault,
  type Refusal,
  sessionFault,
  toolsFault,
  unknown,
} from "./fake-openai-shapes.js";

type Fields = Readonly<Record<string, unknown>>;

export type OpenAiVendor = "openai" | "azure" | "azure-preview" | "azure-voice-live" | "xai" | "qwen";

/** The names that differ between the dialects. */
const NAMES = {
  ga: {
    audio: "response.output_audio",
    transcript: "response.output_audio_transcript",
    items: ["conversation.item.added", "conversation.item.done"],
  },
  beta: {
    audio: "response.audio",
    transcript: "response.audio_transcript",
    items: ["conversation.item.created"],
  },
} as const;

/** How one vendor's service differs from the others. */
export interface VendorShape {
  readonly dialect: "ga" | "beta";
  /** Of the events that the dialects name differently. */
  readonly names: { readonly audio: string; readonly transcript: string; readonly items: readonly string[] };
  /** The path of its URL; left out, any. */
  readonly path?: string;
  /** Of each of these, its query has one. */
  readonly query: readonly (readonly string[])[];
  /** One of these request headers holds the key; empty where no key is asked for. */
  readonly keys: readonly string[];
  /** What becomes of requests with `OpenAI-Beta: realtime=v1`. */
  readonly betaHeader: "wanted" | "refused" | "passed over";
  /** What it sends before anything is asked of it. */
  readonly opens: readonly string[];
  /** Why a session is refused, or undefined. */
  fault(session: Fields): Refusal | undefined;
  /** The client's events that it takes, besides `session.update` and the caller's audio. */
  readonly takes: readonly string[];
  /** The items that a client may create. */
  readonly items: readonly string[];
  /** The fields that `response.create` may have. */
  readonly responses: readonly string[];
  /** Whether its errors have OpenAI's codes, and say which event of ours was meant. */
  readonly namesErrors: boolean;
  /** Whether a transcript of the caller comes again and again as it grows. */
  readonly transcribesTwice: boolean;
}

const EVENTS = [
  "conversation.item.create",
  "conversation.item.truncate",
  "response.create",
  "response.cancel",
];
const ITEMS = ["message", "function_call", "function_call_output"];

const OPENAI = {
  dialect: "ga",
  names: NAMES.ga,
  query: [["model", "deployment", "agent_id"]],
  keys: [],
  betaHeader: "refused",
  opens: ["session.created"],
  fault: (session: Fields) => sessionFault(session, "ga"),
  takes: EVENTS,
  items: ITEMS,
  responses: ["instructions"],
  namesErrors: true,
  transcribesTwice: false,
} as const satisfies VendorShape;

const BETA = {
  ...OPENAI,
  dialect: "beta",
  names: NAMES.beta,
  betaHeader: "wanted",
  fault: (session: Fields) => sessionFault(session, "beta"),
} as const satisfies VendorShape;

/** OpenAI's own protocol in either dialect, at any path and without a key: what a fake is that was asked for no vendor. */
export const ANYWHERE: Readonly<Record<"ga" | "beta", VendorShape>> = { ga: OPENAI, beta: BETA };

export const VENDORS: Readonly<Record<OpenAiVendor, VendorShape>> = {
  openai: { ...OPENAI, path: "/v1/realtime", query: [["model"]], keys: ["authorization"] },
  azure: {
    ...OPENAI,
    path: "/openai/v1/realtime",
    query: [["model"]],
    keys: ["api-key", "authorization"],
  },
  "azure-preview": {
    ...BETA,
    path: "/openai/realtime",
    query: [["api-version"], ["deployment"]],
    keys: ["api-key", "authorization"],
    betaHeader: "passed over",
    fault: (session) =>
      transcriberFault(session.input_audio_transcription, "session.input_audio_transcription", [
        "whisper-1",
      ]) ?? sessionFault(session, "beta"),
  },
  "azure-voice-live": {
    ...BETA,
    path: "/voice-live/realtime",
    query: [["api-version"], ["model", "agent_id"]],
    keys: ["api-key", "authorization"],
    betaHeader: "passed over",
    fault: voiceLiveFault,
  },
  xai: {
    ...OPENAI,
    path: "/v1/realtime",
    query: [["model"]],
    keys: ["authorization"],
    opens: ["conversation.created", "session.created", "ping"],
    fault: xaiFault,
    namesErrors: false,
    transcribesTwice: true,
  },
  qwen: {
    ...BETA,
    path: "/api-ws/v1/realtime",
    query: [["model"]],
    keys: ["authorization"],
    betaHeader: "passed over",
    fault: qwenFault,
    takes: ["conversation.item.create", "response.create", "response.cancel", "session.finish"],
    items: ["function_call_output"],
    responses: [],
  },
};

/** What is wrong with a request for a session. */
export function requestFaults(shape: VendorShape, url: string, headers: IncomingHttpHeaders): string[] {
  const { pathname, searchParams } = new URL(url, "ws://localhost");
  const { path, query, keys, betaHeader } = shape;
  const missing = query.find((names) => !names.some((name) => searchParams.has(name)));
  const isBeta = headers["openai-beta"] === "realtime=v1";
  return [
    path !== undefined && pathname !== path && `a path that does not exist: ${pathname}`,
    missing && `no ${missing[0]}`,
    keys.length > 0 && !keys.some((name) => headers[name]) && "no key",
    betaHeader !== "passed over" && isBeta !== (betaHeader === "wanted") && "the header of the other dialect",
  ].filter((fault) => typeof fault === "string");
}

/** Why an item cannot be created, or undefined. */
export function createFault(
  { items, dialect }: VendorShape,
  item: Fields,
  openCalls: ReadonlySet<string>,
): Refusal | undefined {
  return items.includes(String(item.type)) ? itemFault(item, dialect, openCalls) : invalid("item.type");
}

/** How the caller's words are told: once when they are whole, or again and again as they grow. */
export function transcriptEvents({ transcribesTwice }: VendorShape, transcript: string) {
  const type = "conversation.item.input_audio_transcription";
  const half = transcript.slice(0, transcript.length / 2);
  const whole = { type: `${type}.completed`, transcript };
  if (!transcribesTwice) return [whole];
  const growing = { type: `${type}.completed`, transcript: half, status: "in_progress" };
  return [{ type: `${type}.updated`, transcript: half }, growing, whole];
}

/** Voice Live's reference and its published types: the beta dialect, with Azure's voices and voice detectors. */
function voiceLiveFault(session: Fields): Refusal | undefined {
  const { voice, turn_detection: detection } = session;
  const name = "session.input_audio_transcription";
  const models = ["whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "azure-speech"];
  return (
    strange(session, "session", [
      ...["model", "modalities", "animation", "voice", "instructions", "input_audio_sampling_rate"],
      ...["input_audio_format", "output_audio_format", "turn_detection", "input_audio_noise_reduction"],
      ...["input_audio_echo_cancellation", "avatar", "input_audio_transcription", "tools", "tool_choice"],
      ...["output_audio_timestamp_types", "temperature", "max_response_output_tokens", "reasoning_effort"],
      ...["interim_response", "include", "metadata"],
    ]) ??
    oneOf(session.input_audio_format, "session.input_audio_format", ["pcm16", "g711_ulaw", "g711_alaw"]) ??
    oneOf(session.output_audio_format, "session.output_audio_format", [
      ...["pcm16", "pcm16_8000hz", "pcm16_16000hz", "g711_ulaw", "g711_alaw"],
    ]) ??
    (typeof voice === "object" && voice !== null && typeof fields(voice).type !== "string"
      ? invalid("session.voice.type")
      : undefined) ??
    oneOf(fields(detection).type, "session.turn_detection.type", [
      ...["server_vad", "azure_semantic_vad", "azure_semantic_vad_en", "azure_semantic_vad_multilingual"],
    ]) ??
    transcriberFault(session.input_audio_transcription, name, models) ??
    toolsFault(session.tools)
  );
}

/** xAI's reference of its voice agent API: voice and turn detection at the top, PCM at many rates, no type and no modalities. */
function xaiFault(session: Fields): Refusal | undefined {
  const audio = fields(session.audio);
  const [input, output] = [fields(audio.input), fields(audio.output)];
  return (
    strange(session, "session", [
      ...["model", "instructions", "voice", "reasoning", "turn_detection", "audio", "tools", "tool_choice"],
      ...["parallel_tool_calls", "max_output_tokens", "replace", "resumption"],
    ]) ??
    strange(fields(session.turn_detection), "session.turn_detection", [
      ...["type", "threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"],
    ]) ??
    oneOf(fields(session.turn_detection).type, "session.turn_detection.type", ["server_vad"]) ??
    strange(input, "session.audio.input", ["format", "transport", "transcription"]) ??
    strange(output, "session.audio.output", ["format", "transport", "speed"]) ??
    xaiFormatFault(fields(input.format), "session.audio.input.format") ??
    xaiFormatFault(fields(output.format), "session.audio.output.format") ??
    strange(fields(input.transcription), "session.audio.input.transcription", [
      ...["model", "language_hint", "keyterms"],
    ]) ??
    transcriberFault(input.transcription, "session.audio.input.transcription", ["grok-transcribe"]) ??
    toolsFault(session.tools)
  );
}

function xaiFormatFault({ type, rate }: Fields, name: string): Refusal | undefined {
  const rates = type === "audio/pcm" ? [8000, 16000, 22050, 24000, 32000, 44100, 48000] : [8000];
  return (
    oneOf(type, `${name}.type`, ["audio/pcm", "audio/pcmu", "audio/pcma"]) ??
    (rate === undefined || rates.includes(Number(rate)) ? undefined : invalid(`${name}.rate`))
  );
}

/** The client events of Qwen-Omni-Realtime: PCM only, at 16 kHz in and 24 kHz out, and tools as in chat completions. */
function qwenFault(session: Fields): Refusal | undefined {
  const tools = session.tools;
  const name = "session.input_audio_transcription";
  return (
    strange(session, "session", [
      ...[
        "modalities",
        "voice",
        "input_audio_format",
        "output_audio_format",
        "instructions",
        "turn_detection",
      ],
      ...[
        "input_audio_transcription",
        "smooth_output",
        "enable_search",
        "search_options",
        "tools",
        "tool_choice",
      ],
      ...["temperature", "top_p", "top_k", "max_tokens", "repetition_penalty", "presence_penalty", "seed"],
    ]) ??
    oneOf(session.input_audio_format, "session.input_audio_format", ["pcm"]) ??
    oneOf(session.output_audio_format, "session.output_audio_format", ["pcm"]) ??
    oneOf(fields(session.turn_detection).type, "session.turn_detection.type", [
      "server_vad",
      "semantic_vad",
    ]) ??
    transcriberFault(session.input_audio_transcription, name, ["qwen3-asr-flash-realtime"]) ??
    (tools === undefined ? undefined : toolsFault(asTools(tools)))
  );
}

function strange(given: Fields, name: string, known: readonly string[]): Refusal | undefined {
  const found = Object.keys(given).find((key) => !known.includes(key));
  return found === undefined ? undefined : unknown(`${name}.${found}`);
}

function oneOf(value: unknown, name: string, allowed: readonly string[]): Refusal | undefined {
  return value === undefined || allowed.includes(String(value)) ? undefined : invalid(name);
}

function transcriberFault(given: unknown, name: string, models: readonly string[]): Refusal | undefined {
  return oneOf(fields(given).model, `${name}.model`, models);
}
