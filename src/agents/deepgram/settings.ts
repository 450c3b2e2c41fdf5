/** The message that tells a Deepgram agent what it is: formats, models, instructions and tools. */
import type { MediaFormat } from "../../audio/format.js";
import type { ToolSpec } from "../tools.js";

export interface DeepgramOptions {
  readonly agent?: string;
  readonly prompt?: string;
  readonly greeting?: string;
  readonly listenModel: string;
  readonly provider: string;
  readonly model: string;
  readonly voice: string;
}

export function deepgramSettings(options: DeepgramOptions, format: MediaFormat, tools: readonly ToolSpec[]) {
  const audio = {
    encoding: format.encoding === "g711_ulaw" ? "mulaw" : "linear16",
    sample_rate: format.sampleRate,
  };
  return {
    type: "Settings",
    flags: { history: false },
    // Without `container`, the header of a WAV file would be heard as a click.
    audio: { input: audio, output: { ...audio, container: "none" } },
    agent: options.agent ?? agentOf(options, tools),
  };
}

function agentOf(options: DeepgramOptions, tools: readonly ToolSpec[]) {
  const { prompt, greeting, listenModel, provider, model, voice } = options;
  return {
    listen: {
      provider: {
        type: "deepgram",
        version: listenModel.startsWith("flux") ? "v2" : "v1",
        model: listenModel,
      },
    },
    think: {
      provider: { type: provider, model },
      ...(prompt !== undefined && { prompt }),
      functions: tools.map(({ name, description, parameters }) => ({
        name,
        description,
        parameters,
        // The model may guess at the end of a turn; what a tool does cannot be undone.
        defer_until_eot: true,
      })),
    },
    speak: {
      provider: { type: "deepgram", ...(voice.startsWith("flux") && { version: "v2" }), model: voice },
    },
    ...(greeting !== undefined && { greeting }),
  };
}
