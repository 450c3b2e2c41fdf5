/** What a caller says and does, decided 20 ms at a time: the seam between a call and a track, a scenario or a live phone. */
import type { MediaFormat, SampleRate } from "../audio/format.js";
import type { CallEvent, CallSummary, EndReason } from "../call/events.js";
import type { HeardFrame } from "./ear.js";
import type { Outcome } from "./ending.js";
import type { TrackFrame } from "./track.js";

/** One call's course. Times are milliseconds of the call's clock. */
export interface Script {
  /** When `next` is wanted, where a caller's payloads keep times of their own. Without it: every 20 ms. Infinity: never again. */
  readonly dueAt?: number;
  /**
   * Called once for every frame, in order; `at` is when the frame is due. The caller's own lateness does not show in it.
   * @param agent what has been heard of the agent up to `at`; the same object each time.
   */
  next(at: number, agent: AgentState): Moment;
  /** When all is said: Infinity while that is open, and then the call has no natural end. */
  readonly saidAllAt: number;
  /** Whether an answer is to be expected: decides the natural end, and whether a silent agent has failed. */
  readonly expectsAnswer: boolean;
  /** Told of all that is heard of the agent, as it arrives: it may be heard later. */
  hear?(frame: HeardFrame): void;
  /** Told of everything that happens in the call, as observers are. */
  observe?(event: CallEvent): void;
  /** The call is over: has the last word on how it came out. */
  judge?(outcome: Outcome, end: CallEnd): Outcome;
}

export interface CallEnd {
  readonly reason: EndReason;
  readonly summary: CallSummary;
}

/** Makes the script of each call. Shared by all calls of a load. */
export interface ScriptMaker {
  readonly format: MediaFormat;
  /** The longest message of any frame, in characters: what is a full socket is reckoned by it. */
  readonly longestMessage: number;
  /** The rate at which Opus is decoded for `Script.hear`. Default 8000: enough to tell who speaks. */
  readonly hearsAt?: SampleRate;
  /** What is said comes from outside while the call goes on: after a stall it has to be read before it can be said. */
  readonly isLive?: boolean;
  /** A call begins. @param call `plain` is the format of the frames that `Script.hear` is given. */
  start(call: { readonly callId: string; readonly plain: MediaFormat }): Script;
}

export interface Moment {
  readonly frame: TrackFrame;
  /** Keys pressed just before the frame: `0-9*#`. */
  readonly keys?: readonly (string | Key)[];
  /** Nothing is said now, in place of the frame: only where `dueAt` tells when frames come. */
  readonly isMute?: boolean;
  /** Ends the call now, in place of the frame. */
  readonly end?: "hang-up" | "drop";
}

/** A key that was held for a known time. */
export interface Key {
  readonly digit: string;
  readonly durationMs?: number;
}

/** What a caller has heard of the agent so far. */
export interface AgentState {
  readonly speaking: boolean;
  /** When its present speech began, or its last; -Infinity before any. */
  readonly speakingSince: number;
  /** When its last speech was over; -Infinity before any, and no later than `speakingSince` while it speaks. */
  readonly quietSince: number;
  readonly spokeAtAll: boolean;
  /** How many times it began to speak. */
  readonly turns: number;
}
