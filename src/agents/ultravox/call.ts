/** The request that makes an Ultravox call: medium, instructions, and the tools that the bridge carries out. */
import type { ToolSpec } from "../tools.js";

export interface UltravoxOptions {
  readonly agent?: string;
  readonly prompt?: string;
  readonly model?: string;
  readonly voice?: string;
  readonly language?: string;
  readonly greeting?: string;
  readonly maxDuration: number;
}

/**
 * How far ahead of its being heard speech may come: the bridge holds it and drops it when told to. Less than the 30 s that a
 * call holds.
 */
const BUFFER_MS = 20_000;

/** @param sampleRate in Hz, both ways. */
export function ultravoxCall(options: UltravoxOptions, sampleRate: number, tools: readonly ToolSpec[]) {
  const { agent, prompt, model, voice, language, greeting, maxDuration } = options;
  return {
    medium: {
      serverWebSocket: {
        inputSampleRate: sampleRate,
        outputSampleRate: sampleRate,
        clientBufferSizeMs: BUFFER_MS,
      },
    },
    maxDuration: `${Math.round(maxDuration * 60)}s`,
    ...(greeting !== undefined && { firstSpeakerSettings: { agent: { text: greeting } } }),
    // A stored agent has its own tools, and takes nothing else of what follows.
    ...(agent === undefined && {
      ...(prompt !== undefined && { systemPrompt: prompt }),
      ...(model !== undefined && { model }),
      ...(voice !== undefined && { voice }),
      ...(language !== undefined && { languageHint: language }),
      selectedTools: tools.map(temporaryTool),
    }),
  };
}

function temporaryTool({ name, description, parameters }: ToolSpec) {
  const required = new Set(parameters.required);
  return {
    temporaryTool: {
      modelToolName: name,
      description,
      dynamicParameters: Object.entries(parameters.properties).map(([parameter, schema]) => ({
        name: parameter,
        location: "PARAMETER_LOCATION_BODY",
        schema,
        required: required.has(parameter),
      })),
      client: {},
    },
  };
}
