/** How the call ended: by whom, and how much too early. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { type EndedBy, endedBy } from "../measured.js";
import { type Comparison, type Difference, difference, ms } from "./difference.js";

const WHO: Readonly<Record<EndedBy, string>> = {
  caller: "the caller ended the call",
  agent: "the agent ended the call",
  failure: "the call broke off",
};
/** An end explains what went missing shortly before it: words that it cut, a reply that was just to come. */
const EXPLAINS_BEFORE_MS = 1000;

export function endingDifferences(comparison: Comparison): Difference[] {
  const { expected, measured, replayed } = comparison;
  const wanted = expected.end;
  if (!wanted) {
    const expect = "how the call ends (not told: the recording has no end)";
    return [difference({ expect, measured: measured.end?.by ?? null, limit: null }, undefined)];
  }
  const facts = {
    expect: `the call is ended by the ${wanted.by}`,
    measured: measured.end?.by ?? null,
    limit: wanted.by,
    at: replayed.end?.at ?? replayed.durationMs,
  };
  const reason = fault(comparison);
  return [difference(facts, reason, { since: facts.at - EXPLAINS_BEFORE_MS })];
}

function fault({ expected, measured, recorded, replayed, tolerances, than }: Comparison): string | undefined {
  const wanted = expected.end;
  const came = measured.end;
  if (!wanted) return undefined;
  if (!came || !replayed.end) return "the call has no end: it was cut off";
  const before = recorded.end && endedBy(recorded.end.reason) === wanted.by ? recorded : undefined;
  const then = before ? `when recorded, ${told(before)}` : `when ${than}, ${WHO[wanted.by]}`;
  if (came.by !== wanted.by) return `${told(replayed)} (${replayed.end.detail}); ${then}`;
  if (came.by === "caller") return undefined;
  const less = expected.utterances.length - measured.utterances.length;
  if (less > 0) return `${told(replayed)}, before the caller had said all; ${then}`;
  const earlier = wanted.afterMs - came.afterMs;
  if (less < 0 || earlier <= tolerances.endEarlierMs) return undefined;
  return `${told(replayed)}, ${ms(earlier)} earlier than ${than}; allowed: ${ms(tolerances.endEarlierMs)} earlier`;
}

function told({ end, durationMs }: CallAnalysis): string {
  return end ? `${WHO[endedBy(end.reason)]} at ${ms(end.at)}` : `it was cut off at ${ms(durationMs)}`;
}
