/** The first message of a Gemini session: the model, its voice and its tools, and what it is to remember. */
import type { Speaker, ToolArguments } from "../../call/leg.js";
import type { ToolSpec } from "../tools.js";
import { asObject } from "../wire/json-parts.js";

/** What the options say of a session, with everything filled in. */
export interface GeminiProfile {
  /** With its prefix: `models/…`, or `projects/…` on Vertex AI. */
  readonly model: string;
  readonly voice: string | undefined;
  readonly instructions: string | undefined;
  readonly thinking: string | undefined;
  readonly silenceMs: number | undefined;
  readonly tools: readonly ToolSpec[];
}

/** What was said, for a session that begins anew in the middle of a call. */
export interface Said {
  readonly who: Speaker;
  readonly text: string;
}

/** Gemini 2 takes text as content of the conversation; since 3, content is history and text comes in real time. */
export function isGemini2(model: string): boolean {
  return /(^|[^\d.])2\.\d/.test(model);
}

/** @param handle continues an earlier session. */
export function setupMessage(
  profile: GeminiProfile,
  handle: string | undefined,
  hasHistory: boolean,
): string {
  const { model, voice, instructions, silenceMs, tools } = profile;
  const setup = {
    model,
    generationConfig: {
      responseModalities: ["AUDIO"],
      speechConfig: voice && { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } },
      thinkingConfig: thinkingConfig(profile),
    },
    systemInstruction: instructions && { parts: [{ text: instructions }] },
    tools: tools.length > 0 ? [{ functionDeclarations: tools.map(declaration) }] : undefined,
    realtimeInputConfig: silenceMs && { automaticActivityDetection: { silenceDurationMs: silenceMs } },
    inputAudioTranscription: {},
    outputAudioTranscription: {},
    // An empty object asks for handles; without compression, a session ends after 15 minutes whatever is resumed.
    sessionResumption: { handle },
    contextWindowCompression: { slidingWindow: {} },
    historyConfig: hasHistory && !isGemini2(model) ? { initialHistoryInClientContent: true } : undefined,
  };
  return JSON.stringify({ setup });
}

/** Text for the model that it is to act on. */
export function textMessage(model: string, text: string): string {
  if (!isGemini2(model)) return JSON.stringify({ realtimeInput: { text } });
  return contentMessage([{ who: "caller", text }], true);
}

/** What has been said before, without asking for an answer. */
export function historyMessage(model: string, said: readonly Said[]): string {
  // Since Gemini 3 this ends the history; before, it would ask for an answer.
  return contentMessage(said, !isGemini2(model));
}

function contentMessage(said: readonly Said[], turnComplete: boolean): string {
  const turns = said.map(({ who, text }) => ({
    role: who === "caller" ? "user" : "model",
    parts: [{ text }],
  }));
  return JSON.stringify({ clientContent: { turns, turnComplete } });
}

/** @param id left out where the model gave none. */
export function toolMessage(id: string | undefined, name: string, output: string, isError: boolean): string {
  const response = isError ? { error: output } : { output: parsed(output) };
  return JSON.stringify({ toolResponse: { functionResponses: [{ id, name, response }] } });
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return output;
  }
}

function thinkingConfig({ model, thinking }: GeminiProfile): object | undefined {
  if (thinking === undefined) return undefined;
  return isGemini2(model) ? { thinkingBudget: Number(thinking) } : { thinkingLevel: thinking.toUpperCase() };
}

function declaration({ name, description, parameters }: ToolSpec): object {
  // An object without properties is refused: a function without arguments has no parameters at all.
  const none = Object.keys(parameters.properties).length === 0;
  return { name, description, parameters: none ? undefined : geminiSchema(parameters) };
}

/** The vendor's own schema: types in capitals, and only texts may be enumerated. */
function geminiSchema(schema: object): object {
  const { type, properties, items, enum: choices, ...rest } = schema as ToolArguments;
  const inner = asObject(properties);
  return {
    ...rest,
    ...(typeof type === "string" && { type: type.toUpperCase() }),
    ...(inner && {
      properties: Object.fromEntries(
        Object.entries(inner).map(([name, property]) => [name, geminiSchema(asObject(property) ?? {})]),
      ),
    }),
    ...(asObject(items) && { items: geminiSchema(asObject(items)!) }),
    ...(type === "string" && Array.isArray(choices) && { enum: choices }),
  };
}
