/** What a Realtime session is asked to be, in the dialect of its service. */
import { type MediaFormat, PORTAL_FORMATS, pcm16 } from "../../audio/format.js";
import { BridgeError } from "../../errors.js";
import type { OptionValues } from "../agent.js";
import type { ToolSpec } from "../tools.js";
import { type JsonObject, parseObject } from "../wire/json.js";
import type { Dialect } from "./history.js";
import type { realtimeOptions } from "./options.js";
import { asObject } from "./socket.js";

export type RealtimeOptions = OptionValues<typeof realtimeOptions>;

/** What `transcription` says when the caller's words are not to be transcribed. */
const NO_TRANSCRIPTION = "none";

export interface Plan {
  readonly dialect: Dialect;
  readonly hears: MediaFormat;
  readonly speaks: MediaFormat;
  /** The `session` of the `session.update`. */
  readonly session: JsonObject;
  /** Whether the service cancels a reply by itself when the caller speaks. */
  readonly cancelsItself: boolean;
  /** Whether the service takes messages as items of the conversation. */
  readonly takesMessages: boolean;
}

/** @param call the format of the call's audio. */
export function planSession(options: RealtimeOptions, call: MediaFormat, tools: readonly ToolSpec[]): Plan {
  const { dialect } = options;
  const ulaw = options.format === "g711_ulaw" || (options.format === "auto" && call.encoding === "g711_ulaw");
  const hears: MediaFormat = ulaw ? PORTAL_FORMATS.g711_ulaw : pcm16(options.inputRate);
  const speaks: MediaFormat = ulaw ? PORTAL_FORMATS.g711_ulaw : pcm16(options.outputRate);
  const plain =
    dialect === "beta"
      ? betaSession(options, ulaw, tools)
      : (dialect === "xai" ? xaiSession : gaSession)(options, hears, speaks, tools);
  const session = merge(plain, sessionPatch("openai", options.sessionPatch)) as JsonObject;
  const audio = asObject(asObject(session.audio).input);
  const detection = asObject(session.turn_detection ?? audio.turn_detection);
  return {
    dialect: dialect === "beta" ? "beta" : "ga",
    hears,
    speaks,
    session,
    cancelsItself: detection.interrupt_response !== false,
    takesMessages: options.context === "messages",
  };
}

export function gaSession(
  options: RealtimeOptions,
  hears: MediaFormat,
  speaks: MediaFormat,
  tools: readonly ToolSpec[],
) {
  return {
    type: "realtime" as const,
    output_modalities: ["audio" as const],
    ...(options.instructions && { instructions: options.instructions }),
    audio: {
      input: {
        format: gaFormat(hears),
        ...(transcription(options) && { transcription: transcription(options) }),
        turn_detection: turnDetection(options),
      },
      output: { format: gaFormat(speaks), ...(options.voice && { voice: options.voice }) },
    },
    ...toolConfig(options, tools),
  };
}

/** As xAI's reference has it: voice and turn detection at the top, neither a type nor modalities. */
export function xaiSession(
  options: RealtimeOptions,
  hears: MediaFormat,
  speaks: MediaFormat,
  tools: readonly ToolSpec[],
) {
  return {
    ...(options.instructions && { instructions: options.instructions }),
    ...(options.voice && { voice: options.voice }),
    turn_detection: { type: options.turnDetection },
    audio: {
      input: {
        format: gaFormat(hears),
        ...(transcription(options) && { transcription: transcription(options) }),
      },
      output: { format: gaFormat(speaks) },
    },
    ...toolConfig(options, tools),
  };
}

export function betaSession(options: RealtimeOptions, ulaw: boolean, tools: readonly ToolSpec[]) {
  const format: "g711_ulaw" | "pcm16" = ulaw ? "g711_ulaw" : "pcm16";
  return {
    modalities: ["text" as const, "audio" as const],
    ...(options.instructions && { instructions: options.instructions }),
    ...(options.voice && { voice: options.voice }),
    input_audio_format: format,
    output_audio_format: format,
    ...(transcription(options) && { input_audio_transcription: transcription(options) }),
    turn_detection: turnDetection(options),
    ...toolConfig(options, tools),
  };
}

/** OpenAI itself takes PCM at 24 kHz only; others that speak its dialect take more. */
function gaFormat({ encoding, sampleRate }: MediaFormat) {
  return encoding === "g711_ulaw"
    ? { type: "audio/pcmu" as const }
    : { type: "audio/pcm" as const, rate: sampleRate as 24000 };
}

function transcription(options: RealtimeOptions) {
  return options.transcription === NO_TRANSCRIPTION ? undefined : { model: options.transcription };
}

function turnDetection({ turnDetection: type }: RealtimeOptions) {
  return { type, create_response: true, interrupt_response: true };
}

function toolConfig({ toolShape }: RealtimeOptions, tools: readonly ToolSpec[]) {
  if (tools.length === 0) return {};
  const shaped = tools.map(({ name, description, parameters }) => {
    const spec = { name, description, parameters };
    const type = "function" as const;
    return toolShape === "nested" ? { type, function: spec } : { type, ...spec };
  });
  return { tools: shaped, tool_choice: "auto" as const };
}

/** @throws BridgeError `bad-agent-option` when the text is not a JSON object. */
export function sessionPatch(kind: string, text: string | undefined): JsonObject {
  if (text === undefined || text === "") return {};
  const patch = parseObject(text);
  if (patch) return patch;
  throw new BridgeError("bad-agent-option", `The option "sessionPatch" of ${kind} is not a JSON object`, {
    fix: `For example: --agent-option 'sessionPatch={"audio":{"output":{"speed":1.1}}}'`,
  });
}

/** RFC 7396: objects are merged, null takes away, everything else replaces. */
export function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged = new Map(Object.entries(Array.isArray(target) ? {} : asObject(target)));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
