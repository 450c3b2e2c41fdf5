/** What of a call is compared, as few numbers: measured in a call, or kept in an expectations file. */
import type { CallAnalysis, Reply, Span, Utterance } from "../analysis/call-analysis.js";
import type { EndReason } from "../call/events.js";

export interface Measured {
  readonly greetingMs: number | undefined;
  /** In the order in which the caller says them. */
  readonly utterances: readonly MeasuredUtterance[];
  readonly talkOverMs: number;
  /** Undefined for a call that was cut off, or still ran. */
  readonly end: MeasuredEnd | undefined;
  /** Of the tools that were called, in order. Undefined where they cannot be seen. */
  readonly tools: readonly string[] | undefined;
  /** Codes of the findings and warnings, each once. */
  readonly problems: readonly string[];
}

export interface MeasuredUtterance {
  readonly reply: MeasuredReply | undefined;
  /** The caller spoke into the agent's speech. */
  readonly bargeIn: MeasuredBargeIn | undefined;
}

export interface MeasuredReply {
  readonly latencyMs: number;
  /** Undefined when an interruption or the end of the call cut it: then its length says nothing. */
  readonly lengthMs: number | undefined;
  /** Undefined when there is too little of it. */
  readonly levelDbfs: number | undefined;
}

export interface MeasuredBargeIn {
  /** Undefined: it spoke on past the end of the call. */
  readonly stoppedAfterMs: number | undefined;
}

export interface MeasuredEnd {
  readonly by: EndedBy;
  /** After the beginning of the last thing that the caller said, or of the call. */
  readonly afterMs: number;
}

export const ENDED_BY = ["caller", "agent", "failure"] as const;
export type EndedBy = (typeof ENDED_BY)[number];

/** Less voice than this has no level worth the name. */
const LEAST_VOICED_MS = 300;
/** Speech that ends so near to the end of the call was cut by it. */
const CUT_MS = 300;
/** A barge-in belongs to the utterance that begins so near to it. */
const SAME_MS = 40;

export function measuredOf(analysis: CallAnalysis): Measured {
  const { utterances, greetingMs, talkOverMs, end, tools, findings, warnings } = analysis;
  return {
    greetingMs,
    utterances: utterances.map((utterance) => measuredUtterance(utterance, analysis)),
    talkOverMs,
    end: end && { by: endedBy(end.reason), afterMs: end.at - (utterances.at(-1)?.from ?? 0) },
    tools: seesInside(analysis) ? tools.map(({ name }) => name) : undefined,
    problems: [...new Set([...findings, ...warnings].map(({ code }) => code))],
  };
}

/** Whether the call was recorded where tools and transcripts can be seen. From outside there is only audio. */
function seesInside({ tools, transcripts, bargeIns }: CallAnalysis): boolean {
  return tools.length > 0 || transcripts.length > 0 || bargeIns.some(({ heardMs }) => heardMs !== undefined);
}

function measuredUtterance({ from, reply }: Utterance, analysis: CallAnalysis): MeasuredUtterance {
  const bargeIn = analysis.bargeIns.find(({ at }) => Math.abs(at - from) <= SAME_MS);
  return {
    reply: reply && measuredReply(reply, analysis),
    bargeIn: bargeIn && { stoppedAfterMs: bargeIn.stoppedAfterMs },
  };
}

function measuredReply(reply: Reply, analysis: CallAnalysis): MeasuredReply {
  const { latencyMs, from, to, voicedMs, speechDbfs } = reply;
  return {
    latencyMs,
    lengthMs: isCut(reply, analysis) ? undefined : to - from,
    levelDbfs: voicedMs >= LEAST_VOICED_MS && Number.isFinite(speechDbfs) ? speechDbfs : undefined,
  };
}

/** Whether an interruption, the next utterance or the end of the call cut it. */
export function isCut({ from, to }: Span, { bargeIns, end, durationMs }: CallAnalysis): boolean {
  return (
    to >= (end?.at ?? durationMs) - CUT_MS || bargeIns.some(({ at }) => at >= from && at <= to + SAME_MS)
  );
}

export function endedBy(reason: EndReason): EndedBy {
  switch (reason) {
    case "caller-hung-up":
    case "caller-lost":
      return "caller";
    // Whoever calls sees no difference between an agent that has said all and a bridge that wants no more.
    case "agent-ended":
    case "too-long":
    case "caller-silent":
    case "shutting-down":
      return "agent";
    default:
      return "failure";
  }
}
