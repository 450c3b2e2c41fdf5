/** One call of an examination: placed as SmartPBX would, heard to the end, and analysed. */
import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import { CallAnalyser } from "../../analysis/call-analyser.js";
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { loadOpus } from "../../audio/opus.js";
import type { CallEvent } from "../../call/events.js";
import type { Clock } from "../../clock.js";
import { BridgeError } from "../../errors.js";
import { PROFILES, type Profile } from "../../protocol/profiles.js";
import type { CallIds } from "../../protocol/serialize.js";
import { type CallResult, placeCall } from "../../simulate/place-call.js";
import { type Course, courseScript, OVERLAP_MS } from "./course.js";
import type { Phrases } from "./phrases.js";

export interface ExamCallOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSocket?: (socket: WebSocket) => void;
  readonly phrases: Phrases;
  readonly course: (ids: CallIds) => Course;
  readonly profile?: Profile;
  /** What the caller does when the course is done. Default: hangs up. */
  readonly end?: "hang-up" | "drop";
}

/** A payload of the agent, when it came. */
export interface SpokenPayload {
  readonly at: number;
  readonly base64: string;
}

export class ExamCall {
  constructor(
    readonly result: CallResult,
    readonly analysis: CallAnalysis,
    readonly spoken: readonly SpokenPayload[],
    /** When its socket opened, on the clock of the examination. */
    readonly openedAt: number,
  ) {}

  /** The endpoint broke the call off: neither the caller nor good manners ended it. */
  get isLost(): boolean {
    return this.result.reason === "agent-failed" && !this.isRefusal;
  }

  /** The endpoint ended the call in words, before it had said anything. */
  get isRefusal(): boolean {
    const { closeCode, detail } = this.result;
    if (!this.isEndedByEndpoint || this.spoken.length > 0) return false;
    // A bridge in between has no other code for what its agent refuses, but it says so.
    const isSaid = closeCode === 1011 && detail.endsWith(")");
    return CLEAN.has(closeCode) || closeCode >= 4000 || isSaid;
  }

  /** The endpoint ended the call, in whatever way. */
  get isEndedByEndpoint(): boolean {
    return this.result.reason === "agent-failed" || this.result.reason === "agent-ended";
  }

  /** How late our own frames left, in ms, at worst and all but the worst hundredth: so much of what is seen of time may be our fault. */
  get lateness(): { readonly max: number; readonly p99: number } {
    const { senderLateness } = this.result;
    return { max: senderLateness.max ?? 0, p99: senderLateness.percentile(99) ?? 0 };
  }

  /** Whether the agent was heard after words that were over at this time of the call. */
  isAnsweredTo(saidAt: number): boolean {
    return this.analysis.agentSpeech.some(({ to }) => to > saidAt - OVERLAP_MS);
  }
}

/** Codes that say "not this": unsupported data, wrong data, against policy, and none because all was said. */
const CLEAN = new Set([1000, 1003, 1005, 1007, 1008, 1010]);

/**
 * @returns the call, or the error with which it could not begin.
 * @throws what is nobody's answer: the signal's reason, a URL or a header that cannot be used.
 */
export async function examCall(options: ExamCallOptions): Promise<ExamCall | BridgeError> {
  const { phrases, course, end, profile = PROFILES.v06, onSocket, ...rest } = options;
  const { format } = phrases;
  const ids = { callId: randomUUID(), otherLegCallId: randomUUID() };
  const analyser = new CallAnalyser(format.encoding === "opus" ? { opus: await loadOpus() } : {});
  const spoken: SpokenPayload[] = [];
  let openedAt = Number.NaN;
  const observer = (event: CallEvent) => {
    analyser.observe(event);
    if (event.type === "agent-audio") spoken.push({ at: event.at, base64: event.payload.base64 });
  };
  try {
    const result = await placeCall({
      ...rest,
      ids,
      profile,
      accountId: "doctor",
      script: courseScript(phrases, course(ids), end),
      observers: [observer],
      onSocket: (socket) => {
        openedAt = options.clock.now();
        onSocket?.(socket);
      },
    });
    options.signal.throwIfAborted();
    return new ExamCall(result, analyser.finish(), spoken, openedAt);
  } catch (error) {
    if (error instanceof BridgeError && error.code.startsWith("endpoint-")) return error;
    throw error;
  } finally {
    analyser.finish();
  }
}
