/** What comes of one check of `doctor`, whether it looked at this computer or at an endpoint: the screen and the reports are made of these. */
import type { Finding } from "../analysis/finding.js";

/** A finding as the engine in src/analysis has it; outside of calls there is no side and no moment. */
export type Problem = Omit<Finding, "side" | "at"> & Partial<Pick<Finding, "side" | "at">>;

export interface Checked {
  /** Stable, for programs: `port`, `barge-in`. */
  readonly name: string;
  /** What was looked at, for people, in a word or three: `codecs`, `stops on barge-in`. */
  readonly what: string;
  /** What was seen, in words with its numbers: `127.0.0.1:8080 is free`. Holds no secret and no personal data. */
  readonly value: string;
  /** Why there was nothing to look at, in place of a verdict: `value` says it. */
  readonly isSkipped?: boolean;
  /** Lines for people below the first one: each setting and where it comes from. */
  readonly details?: readonly string[];
  /** Worth knowing and no finding: one sentence. */
  readonly hint?: string;
  /** The gravest first. None: all is well. */
  readonly findings: readonly Problem[];
  /** What was measured, for programs: durations in ms, and so on, as everywhere. */
  readonly measured?: Readonly<Record<string, unknown>>;
}

/** Takes each check as it finishes. */
export type OnChecked = (checked: Checked, durationMs: number) => void;

/** How an endpoint is to be examined. */
export interface EndpointToExamine {
  readonly url: string;
  /** Sent with every upgrade request. Secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onChecked: OnChecked;
  /** Told what is being done now, for the progress line: `a call in pcm16`. */
  readonly onProgress?: (doing: string) => void;
  /** Ends the examination: hangs up, and rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Resolves when all is examined. Rejects with the BridgeError of `dial` when the endpoint could not be reached at all. */
export type ExamineEndpoint = (endpoint: EndpointToExamine) => Promise<void>;

/** Nothing was found. */
export function fine(
  name: string,
  what: string,
  value: string,
  more: Pick<Checked, "details" | "hint" | "measured"> = {},
): Checked {
  return { name, what, value, findings: [], ...more };
}

/** There is nothing to look at. @param value says why, in a word or two */
export function skipped(name: string, what: string, value: string, hint?: string): Checked {
  return { name, what, value, isSkipped: true, findings: [], ...(hint !== undefined && { hint }) };
}
