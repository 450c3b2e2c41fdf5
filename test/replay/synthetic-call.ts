/** A call made of the bundled voice, event by event, in which each thing the agent does can be done otherwise. */
import { CallAnalyser } from "../../src/analysis/call-analyser.js";
import type { CallAnalysis } from "../../src/analysis/call-analysis.js";
import { frameBytes, type MediaFormat, PORTAL_FORMATS, silenceByte } from "../../src/audio/format.js";
import { encodeUlaw } from "../../src/audio/g711.js";
import { pcmBytes } from "../../src/audio/pcm.js";
import type { CallEvent, EndReason } from "../../src/call/events.js";
import { loadSource, type Source } from "../../src/simulate/source.js";
import { agentAudio, callerAudio, ended, started } from "../recording/calls.js";

const hello = await loadSource({ type: "sample-voice", clip: "hello" });
const hours = await loadSource({ type: "sample-voice", clip: "hours" });
const SOURCES = [hello, hours];

export interface Behaviour {
  readonly format?: MediaFormat;
  /** When the agent speaks the bundled voice, and for how long. */
  readonly speaks?: readonly { readonly at: number; readonly forMs: number }[];
  /** What becomes of its samples, and of their bytes. */
  readonly samples?: (samples: Int16Array) => Int16Array;
  readonly bytes?: (samples: Int16Array) => Uint8Array;
  readonly events?: readonly CallEvent[];
  readonly endAt?: number;
  readonly endReason?: EndReason;
}

/** The caller: hello from 500 ms on, hours from 4,500 ms on, and hello into the agent's answer from 8,600 ms on. */
const SAID = [
  { at: 500, words: hello },
  { at: 4500, words: hours },
  { at: 8600, words: hello },
] as const;
/** The agent: a reply to each, the second cut by the third utterance. */
export const SPEAKS = [
  { at: 3100, forMs: 1000 },
  { at: 7200, forMs: 1700 },
  { at: 11_300, forMs: 1500 },
] as const;
export const END_AT = 13_500;

export function callEventsOf(behaviour: Behaviour = {}): CallEvent[] {
  const format = behaviour.format ?? PORTAL_FORMATS.g711_ulaw;
  const { speaks = SPEAKS, samples: changed = (samples) => samples, endAt = END_AT } = behaviour;
  const encode = (samples: Int16Array) =>
    format.encoding === "g711_ulaw" ? encodeUlaw(samples) : pcmBytes(samples);
  const size = frameBytes(format);
  const audio: CallEvent[] = [];
  const track = Buffer.alloc((endAt / 20) * size, silenceByte(format));
  for (const { at, words } of SAID)
    if (at < endAt) Buffer.from(encode(samplesOf([words], format.sampleRate))).copy(track, (at / 20) * size);
  for (let at = 0; at < endAt; at += 20)
    audio.push(callerAudio(at + 20, track.subarray((at / 20) * size, (at / 20 + 1) * size)));
  for (const { at, forMs } of speaks) {
    const perMs = format.sampleRate / 1000;
    const samples = changed(samplesOf(SOURCES, format.sampleRate).subarray(0, forMs * perMs));
    const bytes = (behaviour.bytes ?? encode)(samples);
    for (let k = 0; k * size < bytes.length; k++) {
      const sentAt = at + k * 20;
      if (sentAt < endAt) audio.push(agentAudio(sentAt, sentAt, bytes.subarray(k * size, (k + 1) * size)));
    }
  }
  const end = { ...ended(endAt), reason: behaviour.endReason ?? "caller-hung-up" } as CallEvent;
  const inTime = [...audio, ...(behaviour.events ?? [])].sort((a, b) => a.at - b.at);
  return [started({ format }), ...inTime.filter(({ at }) => at <= endAt), end];
}

const made = new Map<string, Int16Array>();

/** What somebody says: the clips one after the other. Made once for each rate. */
function samplesOf(clips: readonly Source[], rate: number): Int16Array {
  const key = `${rate} ${clips.map((clip) => SOURCES.indexOf(clip))}`;
  let samples = made.get(key);
  if (!samples) {
    samples = Int16Array.from(clips.flatMap((clip) => [...clip.samplesAt(rate)]));
    made.set(key, samples);
  }
  return samples;
}

export function analysed(events: readonly CallEvent[]): CallAnalysis {
  const analyser = new CallAnalyser();
  for (const event of events) analyser.observe(event);
  return analyser.finish();
}

export function analysedCall(behaviour?: Behaviour): CallAnalysis {
  return analysed(callEventsOf(behaviour));
}
