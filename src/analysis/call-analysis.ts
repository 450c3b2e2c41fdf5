/** What a call was, in facts: who spoke when, how fast the agent answered, how it sounded, and what is wrong with it. */

import type { EndReason } from "../call/events.js";
import type { Speaker, ToolArguments } from "../call/leg.js";
import type { CallInfo } from "../protocol/messages.js";
import type { Finding } from "./finding.js";

/** A stretch of time, in ms of the call's clock (0: the caller's socket opened). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface CallAnalysis {
  /** From the opening of the socket to the last thing that happened. */
  readonly durationMs: number;
  readonly info: CallInfo | undefined;
  readonly caller: SideSound;
  readonly agent: SideSound;
  /** What the caller said, a stretch each, as `speech-started` and `speech-ended` tell it of a live call. */
  readonly utterances: readonly Utterance[];
  /** When the agent was heard: what it says by itself before the caller has spoken is the greeting. */
  readonly agentSpeech: readonly Span[];
  readonly greetingMs: number | undefined;
  readonly bargeIns: readonly BargeIn[];
  /** Milliseconds in which both were heard. */
  readonly talkOverMs: number;
  readonly keys: readonly { readonly at: number; readonly digit: string }[];
  readonly transcripts: readonly { readonly at: number; readonly who: Speaker; readonly text: string }[];
  readonly tools: readonly ToolUse[];
  /** What was noted while the call ran, each kind once: wire faults and warnings. */
  readonly warnings: readonly {
    readonly at: number;
    readonly code: string;
    readonly message: string;
    readonly count: number;
  }[];
  /** Undefined for a call that was cut off, or still runs. */
  readonly end: { readonly at: number; readonly reason: EndReason; readonly detail: string } | undefined;
  /** The gravest first. */
  readonly findings: readonly Finding[];
}

/** What one side sounded like. */
export interface SideSound {
  readonly payloads: number;
  readonly bytes: number;
  /** Of audio, silence and all. */
  readonly audioMs: number;
  readonly voicedMs: number;
  /** RMS of the voiced parts, in dB below full scale; undefined when nothing was voiced. */
  readonly speechDbfs: number | undefined;
  readonly peakDbfs: number | undefined;
}

/** Something the caller said, and what the agent said to it. */
export interface Utterance extends Span {
  /** The agent's speech that began after it and before the caller's next. */
  readonly reply: Reply | undefined;
}

export interface Reply extends Span {
  /** First-audio latency: end of the caller's last voiced audio → first agent audio sent. */
  readonly latencyMs: number;
  readonly voicedMs: number;
  readonly speechDbfs: number;
  /** What it sounded like, as `Fingerprints` (fingerprint.ts) gives it for this span: for `similarity`. */
  readonly fingerprint?: string;
}

/** The caller began to speak while the agent spoke. */
export interface BargeIn {
  readonly at: number;
  /** How long the agent was heard after that, up to when it fell silent; undefined when it spoke on past the end of the call. */
  readonly stoppedAfterMs: number | undefined;
  /** What the bridge told of it: only in recordings made by a bridge. */
  readonly heardMs?: number;
  readonly droppedMs?: number;
}

export interface ToolUse {
  readonly at: number;
  readonly id: string;
  readonly name: string;
  readonly args?: ToolArguments | string;
  /** Undefined when no answer came. */
  readonly result?: { readonly at: number; readonly isError: boolean; readonly tookMs: number };
}
