/** What was said and heard in one call, kept for the verdict: times in ms of the call's clock, and the sound's statistics. */
import type { MediaFormat } from "../../audio/format.js";
import type { HeardFrame } from "../ear.js";
import { SoundCheck, type SoundFacts } from "./sound-check.js";

/** A stretch of speech. */
export interface Span {
  from: number;
  to: number;
}

/** One step, as it went. */
export interface StepFacts {
  readonly startedAt: number;
  /** When the caller began to speak in it, or pressed its first key. */
  readonly actedFrom: number | undefined;
  /** And when that ended. */
  readonly actedUntil: number | undefined;
  /** Why it could not be carried out. */
  readonly failure: string | undefined;
}

/** All that a verdict is reached from. */
export interface CallFacts {
  /** The steps that were begun, in order. */
  readonly steps: readonly StepFacts[];
  /** When the agent was heard speaking: stretches with pauses of at most 300 ms. */
  readonly agentSpeech: readonly Span[];
  readonly talkOverMs: number;
  readonly sound: SoundFacts;
  readonly endedAt: number;
  readonly endedBy: "caller" | "agent" | "nobody";
  /** How it ended, in words. */
  readonly ending: string;
  /** What the agent said in text, or why that is not known. */
  readonly transcript: readonly TranscriptLine[] | { readonly unknown: string };
}

export interface TranscriptLine {
  readonly text: string;
  readonly spokenAt: number;
}

/** Pauses inside a sentence; the same as what ends speech in a call's turns. */
const PAUSE_MS = 300;
/** Voiced sound shorter than this is a click. */
const CLICK_MS = 60;

export class AgentEvidence {
  readonly #sound: SoundCheck;
  readonly #spans: Span[] = [];
  #arrivedAt = 0;

  constructor(plain: MediaFormat) {
    this.#sound = new SoundCheck(plain);
  }

  /** A payload came; its frames follow. */
  arrives(at: number): void {
    this.#arrivedAt = at;
  }

  hear(frame: HeardFrame): void {
    this.#sound.hear(frame, this.#arrivedAt);
    if (!frame.voiced) return;
    const to = frame.heardAt + frame.ms;
    const last = this.#spans.at(-1);
    if (last && frame.heardAt - last.to < PAUSE_MS) last.to = to;
    else this.#spans.push({ from: frame.heardAt, to });
  }

  get sound(): SoundFacts {
    return this.#sound.facts;
  }

  /** Up to `endedAt`: what came too late to be heard was not heard. */
  speech(endedAt: number): Span[] {
    return this.#spans
      .filter(({ from, to }) => from < endedAt && to - from >= CLICK_MS)
      .map(({ from, to }) => ({ from, to: Math.min(to, endedAt) }));
  }
}
