/** What a test learns of a call that it has placed. */
import type { CallAnalysis } from "../analysis/call-analysis.js";
import { writeWav } from "../audio/wav.js";
import type { CallEvent, CallSummary } from "../call/events.js";
import type { Speaker } from "../call/leg.js";
import type { Check } from "../report/results/result.js";
import type { ComplaintCode } from "../simulate/complaints.js";
import type { Outcome } from "../simulate/ending.js";

/** Times are milliseconds of the call's clock, which starts when the socket opens. */
export interface PlacedCall {
  /** Nothing was found wrong: the agent was heard, and what the scenario expects came true. */
  readonly ok: boolean;
  /** How the call came out, for programs. */
  readonly reason: Outcome["reason"];
  /** The same for people, with the cause where it failed. */
  readonly detail: string;
  readonly callId: string;
  /** All that happened, in order: seen from inside the bridge when an agent was called, from the caller's side when a URL was. */
  readonly events: readonly CallEvent[];
  readonly analysis: CallAnalysis;
  readonly summary: CallSummary;
  /** What was expected of the call, and what came of it: by its scenario, or by the recording it replays. Else empty. */
  readonly verdicts: readonly Check[];
  /** End of the caller's last voiced audio → first agent audio, for each reply in order. */
  readonly firstAudioMs: readonly number[];
  /** Call start → first agent audio; undefined when the agent did not speak first. */
  readonly greetingMs: number | undefined;
  readonly bargeIns: CallAnalysis["bargeIns"];
  readonly talkOverMs: number;
  /** What was said, where the agent tells it: always empty when a URL was called. */
  readonly transcripts: readonly { readonly at: number; readonly who: Speaker; readonly text: string }[];
  /** What the endpoint did wrong on the wire, and how often. */
  readonly complaints: Readonly<Partial<Record<ComplaintCode, number>>>;
  readonly heard: HeardAudio;
  /** The folder of the recording, when one was asked for. */
  readonly recording: string | undefined;
}

/** What the caller heard of the agent, from the start of the call, gaps and all. */
export class HeardAudio {
  /** Mono, 16 bits. */
  readonly samples: Int16Array;
  /** In Hz: 8000 for μ-law, the call's own for pcm16, 24000 for Opus. */
  readonly sampleRate: number;

  constructor(samples: Int16Array, sampleRate: number) {
    this.samples = samples;
    this.sampleRate = sampleRate;
  }

  get durationMs(): number {
    return (this.samples.length * 1000) / this.sampleRate;
  }

  /** The bytes of a WAV file. */
  wav(): Uint8Array {
    return writeWav(this.samples, this.sampleRate);
  }
}
