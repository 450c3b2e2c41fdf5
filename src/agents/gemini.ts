/** Gemini Live, with an API key or on Vertex AI: the model speaks for itself, no agent stands between. */
import { pcm16 } from "../audio/format.js";
import type { LegEvent } from "../call/leg.js";
import { BridgeError } from "../errors.js";
import { type ConnectContext, defineAgent, type OptionSpecs, type OptionValues } from "./agent.js";
import { addressOf, checkPlace, modelName } from "./gemini/address.js";
import { GeminiSession } from "./gemini/session.js";
import { isGemini2 } from "./gemini/setup.js";

/** What the vendor speaks. */
const SPOKEN_RATE = 24000;

const OPTIONS = {
  model: {
    type: "string",
    help: "left out, gemini-3.8-live, or gemini-live-2.5-flash-native-audio on Vertex AI; without its prefix",
  },
  voice: { type: "string", help: "the name of a voice, such as Kore" },
  instructions: { type: "string", help: "what the model is to be and do" },
  greeting: {
    type: "string",
    help: "what the model is told when the call begins, so that it speaks first: Greet the caller",
  },
  thinking: {
    type: "string",
    help: "how much the model thinks: minimal, low, medium or high; for Gemini 2 a number of tokens",
  },
  silence: {
    type: "number",
    min: 50,
    max: 5000,
    help: "how long the caller must be silent for the model to answer, in ms; left out, the vendor decides",
  },
  inputRate: {
    type: "number",
    choices: [8000, 16000, 24000],
    default: 16000,
    help: "rate in Hz of what the model hears; its own is 16000",
  },
  apiVersion: { type: "string", help: "of the protocol; left out, v1beta, or v1beta1 on Vertex AI" },
  keyIn: {
    type: "string",
    choices: ["header", "query"],
    default: "header",
    help: "where the API key is sent: in x-goog-api-key, or as key= in the address",
  },
  vertex: {
    type: "boolean",
    default: false,
    help: "Vertex AI instead of the API with a key; wants a project and an access token",
  },
  project: { type: "string", help: "of Google Cloud; left out, what GOOGLE_CLOUD_PROJECT says" },
  location: {
    type: "string",
    help: "of Google Cloud; left out, what GOOGLE_CLOUD_LOCATION says, or us-central1",
  },
  tokenCommand: {
    type: "string",
    help: "a command that prints an access token, run for every connection: gcloud auth print-access-token",
  },
} as const satisfies OptionSpecs;

type Context = Omit<ConnectContext<typeof OPTIONS>, "call" | "rawStart" | "emit">;

export const gemini = defineAgent({
  name: "gemini",
  summary: "Gemini Live; the key comes from GEMINI_API_KEY or GOOGLE_API_KEY",
  url: "optional",
  schemes: ["ws", "wss"],
  example: "gemini",
  options: OPTIONS,
  checkOptions(options, env) {
    checkPlace(options, env);
    checkThinking(options, modelName(options.model, options, env));
  },
  async probe(context) {
    const session = sessionOf(context, undefined, () => {});
    await session.start(context.signal);
    session.close(1000, "only asked");
  },
  async connect({ emit, ...context }) {
    const session = sessionOf(context, context.options.greeting, emit);
    await session.start(context.signal);
    return session;
  },
});

function sessionOf(
  { options, url, headers, tools, env }: Context,
  greeting: string | undefined,
  emit: (event: LegEvent) => void,
): GeminiSession {
  const { voice, instructions, thinking, silence } = options;
  return new GeminiSession({
    hears: pcm16(options.inputRate),
    speaks: pcm16(SPOKEN_RATE),
    profile: {
      model: modelName(options.model, options, env),
      voice,
      instructions,
      thinking,
      silenceMs: silence,
      tools,
    },
    greeting,
    address: (signal) => addressOf(options, url, headers, env, signal),
    emit,
  });
}

function checkThinking({ thinking }: OptionValues<typeof OPTIONS>, model: string): void {
  if (thinking === undefined) return;
  const wanted = isGemini2(model) ? /^-?\d+$/ : /^(minimal|low|medium|high)$/i;
  if (wanted.test(thinking)) return;
  const must = isGemini2(model) ? "a number of tokens for Gemini 2" : "minimal, low, medium or high";
  throw new BridgeError("bad-agent-option", `The option "thinking" of gemini must be ${must}`, {
    fix: "Leave it out for the vendor's own choice",
  });
}
