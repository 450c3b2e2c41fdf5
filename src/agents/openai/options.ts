/** The options of the agent kind `openai`: one set for OpenAI, Azure, xAI, Qwen and whoever else speaks its protocol. */
import type { OptionSpecs } from "../agent.js";
import { keyOptions } from "./key.js";

export const realtimeOptions = {
  model: { type: "string", default: "gpt-realtime-2.1", help: "goes into the URL unless that names one" },
  dialect: {
    type: "string",
    choices: ["ga", "beta", "xai"],
    default: "ga",
    help: "beta for Azure's preview API, Azure Voice Live and Qwen; xai for xAI",
  },
  voice: { type: "string", help: "voice of the agent, by its name" },
  instructions: { type: "string", help: "what the agent is to be and to do" },
  greeting: { type: "string", help: "how the agent is to speak first, for example: Greet the caller" },
  turnDetection: {
    type: "string",
    choices: ["server_vad", "semantic_vad"],
    default: "server_vad",
    help: "how the service finds the end of what the caller says",
  },
  transcription: {
    type: "string",
    default: "gpt-4o-mini-transcribe",
    help: "model that writes down what the caller says; none for no transcript",
  },
  format: {
    type: "string",
    choices: ["auto", "pcm16", "g711_ulaw"],
    default: "auto",
    help: "audio on the wire; auto is g711_ulaw in calls that are, else pcm16",
  },
  inputRate: {
    type: "number",
    choices: [8000, 16000, 24000, 48000],
    default: 24000,
    help: "rate in Hz of pcm16 to the service; 16000 for Qwen",
  },
  outputRate: {
    type: "number",
    choices: [8000, 16000, 24000, 48000],
    default: 24000,
    help: "rate in Hz of pcm16 from the service",
  },
  truncation: {
    type: "boolean",
    default: true,
    help: "tell the service what was heard of an interrupted reply; false for Qwen",
  },
  toolShape: {
    type: "string",
    choices: ["flat", "nested"],
    default: "flat",
    help: "how tools are described; nested for Qwen",
  },
  context: {
    type: "string",
    choices: ["messages", "instructions"],
    default: "messages",
    help: "how keys, the greeting and earlier sessions are told; instructions for Qwen",
  },
  ...keyOptions,
  sessionPatch: {
    type: "string",
    help: "JSON object merged into the session's configuration; null takes a field away",
  },
  swapAfter: {
    type: "number",
    default: 55,
    min: 0,
    max: 1440,
    help: "minutes after which the call goes on in a new session; 0 for never",
  },
} as const satisfies OptionSpecs;
