/** OpenAI's Realtime API, and the services that speak it: Azure OpenAI, Azure Voice Live, xAI, Qwen. */
import { type MediaFormat, PORTAL_FORMATS } from "../audio/format.js";
import type { LegEvent } from "../call/leg.js";
import { type ConnectContext, defineAgent } from "./agent.js";
import { checkKey, keyHeaders, refusalFix, withKeyFix } from "./openai/key.js";
import { RealtimeLeg } from "./openai/leg.js";
import { realtimeOptions } from "./openai/options.js";
import { planSession, sessionPatch } from "./openai/plan.js";

const STANDARD_URL = "wss://api.openai.com/v1/realtime";
/** A URL with one of these says by itself what is to answer. */
const NAMES_MODEL = ["model", "deployment", "call_id", "agent_id"];
const MINUTE_MS = 60_000;

type Context = Omit<ConnectContext<typeof realtimeOptions>, "call" | "rawStart">;

export const openai = defineAgent({
  name: "openai",
  summary:
    "OpenAI Realtime, Azure OpenAI, xAI and others that speak its protocol; without a URL, OpenAI itself",
  url: "optional",
  schemes: ["ws", "wss"],
  example: "openai",
  options: realtimeOptions,
  checkOptions(options, env) {
    sessionPatch("openai", options.sessionPatch);
    checkKey("openai", options, env);
  },
  async probe(context) {
    const options = { ...context.options, greeting: undefined };
    const emit = (_: LegEvent) => {};
    const leg = await dial({ ...context, options, emit }, PORTAL_FORMATS.g711_ulaw);
    leg.close(1000, "only looked whether it answers");
  },
  connect: (context) => dial(context, context.call.format),
});

async function dial({ options, url, headers, tools, env, emit, signal }: Context, format: MediaFormat) {
  try {
    return await RealtimeLeg.connect({
      plan: planSession(options, format, tools),
      url: withModel(url ?? STANDARD_URL, options.model),
      headers: {
        ...keyHeaders(options, env),
        ...(options.dialect === "beta" && { "OpenAI-Beta": "realtime=v1" }),
        ...headers,
      },
      truncates: options.truncation,
      greeting: options.greeting,
      swapAfterMs: options.swapAfter > 0 ? options.swapAfter * MINUTE_MS : Number.POSITIVE_INFINITY,
      fix: refusalFix(options),
      signal,
      emit,
    });
  } catch (error) {
    throw withKeyFix(error, options);
  }
}

function withModel(address: string, model: string): string {
  const url = new URL(address);
  if (!NAMES_MODEL.some((name) => url.searchParams.has(name))) url.searchParams.set("model", model);
  return url.href;
}
