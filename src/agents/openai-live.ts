/** OpenAI's Live protocol: a full-duplex model that hears and speaks at once, and needs nobody to interrupt it. */
import { type MediaFormat, PORTAL_FORMATS, pcm16 } from "../audio/format.js";
import { realClock } from "../clock.js";
import { type ConnectContext, defineAgent, type OptionSpecs, type OptionValues } from "./agent.js";
import { checkKey, keyHeaders, keyOptions, refusalFix, withKeyFix } from "./openai/key.js";
import { merge, sessionPatch } from "./openai/plan.js";
import { LiveLeg } from "./openai-live/leg.js";
import type { ToolSpec } from "./tools.js";
import type { JsonObject } from "./wire/json.js";

const STANDARD_URL = "wss://api.openai.com/v1/live/sessions";

const liveOptions = {
  model: { type: "string", default: "gpt-live-1", help: "the model that hears and speaks" },
  voice: { type: "string", help: "voice of the agent, by its name" },
  instructions: { type: "string", help: "what the agent is to be and to do" },
  greeting: { type: "string", help: "how the agent is to speak first, for example: Greet the caller" },
  format: {
    type: "string",
    choices: ["auto", "pcm16", "g711_ulaw"],
    default: "auto",
    help: "audio on the wire; auto is g711_ulaw in calls that are, else pcm16",
  },
  rate: { type: "number", choices: [16000, 24000], default: 24000, help: "rate in Hz of pcm16, both ways" },
  taskModel: {
    type: "string",
    default: "gpt-5.4-mini",
    help: "text model that the voice delegates tasks and tools to",
  },
  taskInstructions: { type: "string", help: "what that text model is to do" },
  ...keyOptions,
  sessionPatch: {
    type: "string",
    help: "JSON object merged into the session's configuration; null takes a field away",
  },
  swapBefore: {
    type: "number",
    default: 60,
    min: 0,
    max: 3600,
    help: "seconds before a session expires from which on the call goes on in a new one; 0 for not before",
  },
} as const satisfies OptionSpecs;

type Context = Omit<ConnectContext<typeof liveOptions>, "call" | "rawStart">;

export const openaiLive = defineAgent({
  name: "openai-live",
  summary: "OpenAI Live, the full-duplex protocol of gpt-live-1; without a URL, OpenAI itself",
  url: "optional",
  schemes: ["ws", "wss"],
  example: "openai-live",
  options: liveOptions,
  checkOptions(options, env) {
    sessionPatch("openai-live", options.sessionPatch);
    checkKey("openai-live", options, env);
  },
  async probe(context) {
    const options = { ...context.options, greeting: undefined };
    const leg = await dial({ ...context, options, emit: () => {} }, PORTAL_FORMATS.g711_ulaw);
    leg.close(1000, "only looked whether it answers");
  },
  connect: (context) => dial(context, context.call.format),
});

async function dial({ options, url, headers, tools, env, emit, signal }: Context, call: MediaFormat) {
  const ulaw = options.format === "g711_ulaw" || (options.format === "auto" && call.encoding === "g711_ulaw");
  const format = ulaw ? PORTAL_FORMATS.g711_ulaw : pcm16(options.rate);
  try {
    return await LiveLeg.connect({
      url: url ?? STANDARD_URL,
      headers: { ...keyHeaders(options, env), ...headers },
      format,
      session: merge(
        planLive(options, format, tools),
        sessionPatch("openai-live", options.sessionPatch),
      ) as JsonObject,
      greeting: options.greeting,
      swapBeforeMs: options.swapBefore * 1000,
      clock: realClock,
      fix: refusalFix(options),
      signal,
      emit,
    });
  } catch (error) {
    throw withKeyFix(error, options);
  }
}

/** What the session is asked to be, before it is patched. */
export function planLive(
  options: OptionValues<typeof liveOptions>,
  format: MediaFormat,
  tools: readonly ToolSpec[],
) {
  const isUlaw = format.encoding === "g711_ulaw";
  return {
    model: options.model,
    ...(options.instructions && { instructions: options.instructions }),
    audio: {
      format: isUlaw
        ? { type: "audio/pcmu" as const, rate: 8000 }
        : { type: "audio/pcm" as const, rate: options.rate },
      ...(options.voice && { output: { voice: options.voice } }),
    },
    delegation: {
      type: "responses" as const,
      responses: {
        model: options.taskModel,
        ...(options.taskInstructions && { instructions: options.taskInstructions }),
        tools: tools.map(({ name, description, parameters }) => {
          return { type: "function" as const, name, description, parameters };
        }),
      },
    },
  };
}
