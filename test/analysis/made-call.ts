/** A made-up call of two turns with the sample voice on both sides, healthy unless it is told otherwise. */
import { readFileSync } from "node:fs";
import { CallAnalyser } from "../../src/analysis/call-analyser.js";
import type { CallAnalysis } from "../../src/analysis/call-analysis.js";
import { type MediaFormat, PORTAL_FORMATS } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import { resampleAll } from "../../src/audio/resample-offline.js";
import { readWav } from "../../src/audio/wav.js";
import type { CallEvent, EndReason } from "../../src/call/events.js";
import { agentAudio, callerAudio, ended, started } from "../recording/calls.js";

export const { g711_ulaw: ULAW, pcm16: PCM } = PORTAL_FORMATS;

const { samples } = readWav(readFileSync(new URL("../../src/simulate/sample-voice.wav", import.meta.url)));
/** One sentence without pauses. */
const SENTENCE = samples.slice(24 * 330, 24 * 2050);
const sentences = new Map<number, Int16Array>();

type Spans = readonly (readonly [from: number, to: number])[];

export interface MadeCall {
  readonly format?: MediaFormat;
  readonly durationMs?: number;
  readonly caller?: Spans;
  readonly agent?: Spans;
  /** The agent's samples of 20 ms as the bytes it sends; undefined sends nothing. */
  readonly coded?: (samples: Int16Array, at: number) => Uint8Array | undefined;
  readonly callerCoded?: (samples: Int16Array, at: number) => Uint8Array;
  /** The rate of the agent's samples. */
  readonly agentRate?: number;
  /** When the agent sends what it should send at `at`. */
  readonly sentAt?: (at: number) => number;
  /** Keeps the agent's line filled between its words. */
  readonly filled?: boolean;
  readonly notes?: readonly CallEvent[];
  readonly end?: EndReason | "none";
  readonly droppedMs?: number;
}

export const HEALTHY: Spans = [
  [1000, 2700],
  [6000, 7700],
];
export const REPLIES: Spans = [
  [3400, 5100],
  [8400, 10_100],
];

export function encoded(format: MediaFormat): (samples: Int16Array) => Uint8Array {
  return format.encoding === "g711_ulaw" ? (pcm) => encodeUlaw(pcm) : (pcm) => pcmBytes(pcm.slice());
}

export function madeCall(call: MadeCall = {}): CallEvent[] {
  const { format = ULAW, durationMs = 12_000, caller = HEALTHY, agent = REPLIES } = call;
  const { coded = encoded(format), callerCoded = encoded(format), sentAt = (at: number) => at } = call;
  const { agentRate = format.sampleRate, end = "caller-hung-up", notes = [] } = call;
  const events: CallEvent[] = [];
  let heardUntil = 0;
  const bytesPerMs = (format.sampleRate / 1000) * (format.encoding === "pcm16" ? 2 : 1);
  for (let at = 0; at < durationMs; at += 20) {
    const said = voiceAt(caller, at, format.sampleRate) ?? new Int16Array(format.sampleRate / 50);
    events.push(callerAudio(at + 20, callerCoded(said, at)));
    const spoken =
      voiceAt(agent, at, agentRate) ?? (call.filled ? new Int16Array(agentRate / 50) : undefined);
    const bytes = spoken && coded(spoken, at);
    if (!bytes) continue;
    const sent = sentAt(at);
    if (sent - heardUntil > 60) heardUntil = sent;
    events.push(agentAudio(sent, heardUntil, bytes));
    heardUntil += bytes.length / bytesPerMs;
  }
  events.push(...notes);
  events.sort((a, b) => a.at - b.at);
  const over = ended(durationMs + 20) as Extract<CallEvent, { type: "call-ended" }>;
  if (end !== "none")
    events.push({ ...over, reason: end, summary: { ...over.summary, droppedMs: call.droppedMs ?? 0 } });
  return [started({ format }), ...events];
}

export function analysed(call: MadeCall = {}): CallAnalysis {
  const analyser = new CallAnalyser();
  for (const event of madeCall(call)) analyser.observe(event);
  return analyser.finish();
}

/** What was found, by code. */
export function found(call: MadeCall = {}): string[] {
  return analysed(call).findings.map(({ code }) => code);
}

function voiceAt(spans: Spans, at: number, rate: number): Int16Array | undefined {
  const span = spans.find(([from, to]) => at >= from && at < to);
  if (!span) return undefined;
  const sentence = sentences.get(rate) ?? resampleAll(SENTENCE, 24000, rate as 8000);
  sentences.set(rate, sentence);
  const count = rate / 50;
  const start = ((at - span[0]) / 20) * count;
  return Int16Array.from({ length: count }, (_, i) => sentence[(start + i) % sentence.length]);
}
