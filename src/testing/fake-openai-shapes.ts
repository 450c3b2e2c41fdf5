/** What the Realtime API takes as a session and as an item, in each dialect, and how it refuses the rest. */

type Fields = Readonly<Record<string, unknown>>;
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

const SESSION = {
  ga: [
    ["type", "model", "audio", "include", "instructions", "max_output_tokens", "output_modalities"],
    ["parallel_tool_calls", "prompt", "reasoning", "tool_choice", "tools", "tracing", "truncation"],
  ].flat(),
  beta: [
    ["modalities", "model", "instructions", "voice", "speed", "temperature", "max_response_output_tokens"],
    ["input_audio_format", "output_audio_format", "input_audio_noise_reduction", "turn_detection"],
    ["input_audio_transcription", "tools", "tool_choice", "tracing"],
  ].flat(),
} as const;
const AUDIO = ["format", "noise_reduction", "transcription", "turn_detection", "speed", "voice"];
const GA_FORMATS = ["audio/pcm", "audio/pcmu", "audio/pcma"];
const BETA_FORMATS = ["pcm16", "g711_ulaw", "g711_alaw"];

/** Why a session is refused, or undefined. */
export function sessionFault(session: Fields, dialect: "ga" | "beta"): Refusal | undefined {
  for (const name of Object.keys(session)) {
    if (!SESSION[dialect].includes(name)) return unknown(`session.${name}`);
  }
  if (dialect === "beta") {
    for (const name of ["input_audio_format", "output_audio_format"]) {
      if (!BETA_FORMATS.includes(String(session[name] ?? "pcm16"))) return invalid(`session.${name}`);
    }
    return toolsFault(session.tools);
  }
  if (session.type !== "realtime") {
    return { code: "missing_required_parameter", message: "Missing required parameter: 'session.type'." };
  }
  for (const way of ["input", "output"]) {
    const audio = fields(fields(session.audio)[way]);
    for (const name of Object.keys(audio)) {
      if (!AUDIO.includes(name)) return unknown(`session.audio.${way}.${name}`);
    }
    const { type, rate } = fields(audio.format);
    if (type === undefined) continue;
    if (!GA_FORMATS.includes(String(type))) return invalid(`session.audio.${way}.format.type`);
    if (type === "audio/pcm" ? rate !== 24000 : rate !== undefined) {
      return invalid(`session.audio.${way}.format.rate`);
    }
  }
  return toolsFault(session.tools);
}

export function toolsFault(tools: unknown): Refusal | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return invalid("session.tools");
  const bad = tools.findIndex(
    (tool) => fields(tool).type !== "function" || typeof fields(tool).name !== "string",
  );
  if (bad < 0) return undefined;
  return {
    code: "missing_required_parameter",
    message: `Missing required parameter: 'session.tools[${bad}].name'.`,
  };
}

/** Tools in the shape of chat completions, as they would be in OpenAI's; any other comes out without a name. */
export function asTools(tools: unknown): unknown {
  if (!Array.isArray(tools)) return tools;
  return tools.map((tool) => ({ ...fields(fields(tool).function), type: fields(tool).type }));
}

/**
 * Why an item is refused, or undefined.
 * @param openCalls ids of the calls that may be answered.
 */
export function itemFault(
  item: Fields,
  dialect: "ga" | "beta",
  openCalls: ReadonlySet<string>,
): Refusal | undefined {
  switch (item.type) {
    case "message":
      return messageFault(item, dialect);
    case "function_call":
      return ["call_id", "name", "arguments"].some((name) => typeof item[name] !== "string")
        ? invalid("item")
        : undefined;
    case "function_call_output":
      if (typeof item.output !== "string") return invalid("item.output");
      if (openCalls.has(String(item.call_id))) return undefined;
      return {
        code: "invalid_tool_call_id",
        message: `Tool call ID '${item.call_id}' not found in conversation.`,
      };
    default:
      return invalid("item.type");
  }
}

function messageFault(item: Fields, dialect: "ga" | "beta"): Refusal | undefined {
  const spoken = dialect === "ga" ? "output_text" : "text";
  const type = item.role === "assistant" ? spoken : "input_text";
  if (!["user", "assistant", "system"].includes(String(item.role))) return invalid("item.role");
  const parts: unknown[] = Array.isArray(item.content) ? item.content : [];
  const good = parts.every((part) => fields(part).type === type && typeof fields(part).text === "string");
  return good && parts.length > 0 ? undefined : invalid("item.content[0].type");
}

/**
 * Why an item cannot be cut, in the vendor's words, or undefined.
 * @param hasMs how much audio it has; undefined for an item that does not exist.
 */
export function truncationFault(hasMs: number | undefined, index: unknown, ms: number): string | undefined {
  if (hasMs === undefined || index !== 0 || !Number.isInteger(ms) || ms < 0) return "No such audio";
  return ms > hasMs ? `Audio content of ${hasMs}ms is already shorter than ${ms}ms` : undefined;
}

/** Bytes of a millisecond of what the session says. */
export function bytesPerMs(session: Fields | undefined): number {
  const { type, rate } = fields(fields(fields(session?.audio).output).format);
  if (type === "audio/pcmu" || session?.output_audio_format === "g711_ulaw") return 8;
  return (typeof rate === "number" ? rate : 24000) / 500;
}

/** Whether the session cancels a reply by itself when the caller speaks. */
export function cancelsItself(session: Fields | undefined): boolean {
  const detection = session?.turn_detection ?? fields(fields(session?.audio).input).turn_detection;
  return fields(detection).interrupt_response !== false;
}

export function unknown(name: string): Refusal {
  return { code: "unknown_parameter", message: `Unknown parameter: '${name}'.` };
}

export function invalid(name: string): Refusal {
  return { code: "invalid_value", message: `Invalid value: '${name}'.` };
}

/** The fields of what should be an object. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}
