/** What a matcher found out: how it is said, and that nothing measured is a failure either way. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { PlacedCall } from "../placed-call.js";

/** `holds` is undefined where nothing could be measured. `says` is one sentence, true whatever `holds` is. */
export interface Judgement {
  readonly holds: boolean | undefined;
  readonly says: string;
  /** What was measured, a line each. */
  readonly lines?: readonly string[];
}

/** What `expect` of Vitest and of Jest give a matcher in `this`, as far as it is used here. */
export interface MatcherContext {
  readonly isNot?: boolean;
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** What matchers can be asked about: a call that was placed, or what a recording was found to hold. */
export type CallToMatch = PlacedCall | CallAnalysis;

/**
 * A judgement as `expect` wants it. Where nothing was measured the matcher fails, with `.not` too: neither "in time" nor "too
 * late" is known of a reply that nobody waited for.
 */
export function resultOf(
  matcher: string,
  { isNot = false }: MatcherContext,
  { holds, says, lines = [] }: Judgement,
): MatcherResult {
  const name = `expect(call).${isNot ? "not." : ""}${matcher}`;
  return {
    pass: holds ?? isNot,
    message: () => [`${name}: ${says}`, ...lines.map((line) => `  ${line}`)].join("\n"),
  };
}

/** @throws TypeError for what is no call. */
export function analysisOf(received: unknown, matcher: string): CallAnalysis {
  const call = placedCall(received);
  if (call) return call.analysis;
  const analysis = received as Partial<CallAnalysis> | null;
  if (typeof analysis === "object" && Array.isArray(analysis?.utterances)) return analysis as CallAnalysis;
  const promise = received instanceof Promise ? " It got a promise: await it first." : "";
  throw new TypeError(
    `expect(…).${matcher} takes what placeCall or a fakeSmartPbx's hangUp gives, or a CallAnalysis.${promise}`,
  );
}

/** Undefined where it is not known how the call was placed. */
export function placedCall(received: unknown): PlacedCall | undefined {
  const call = received as Partial<PlacedCall> | null;
  return typeof call === "object" && call?.analysis && Array.isArray(call.events)
    ? (call as PlacedCall)
    : undefined;
}

/** `at 3.2 s`. */
export function atTime(ms: number): string {
  return `at ${Math.round(ms / 10) / 100} s`;
}
