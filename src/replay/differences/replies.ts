/** Which of the caller's utterances are answered, and how soon. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { MeasuredReply } from "../measured.js";
import { ROOM_MS } from "../tolerances.js";
import { type Comparison, type Difference, difference, ms } from "./difference.js";

/** One for each utterance that was or is answered. */
export function replyDifferences(comparison: Comparison): Difference[] {
  const { expected, measured } = comparison;
  return expected.utterances.flatMap(({ reply: wanted }, k) => {
    // What the caller did not come to say is told of elsewhere.
    const spoken = measured.utterances[k];
    if (!spoken) return wanted ? [notSaid(comparison, k, wanted)] : [];
    const came = spoken.reply;
    if (wanted && came) return [timed(comparison, k, wanted, came)];
    if (wanted) return [missing(comparison, k, wanted)];
    return came ? [extra(comparison, k, came)] : [];
  });
}

function timed(
  { replayed, tolerances, than }: Comparison,
  k: number,
  wanted: MeasuredReply,
  came: MeasuredReply,
) {
  const { laterMs } = tolerances;
  const { to, reply } = replayed.utterances[k];
  const later = came.latencyMs - wanted.latencyMs;
  const reason = `reply ${k + 1} came ${ms(came.latencyMs)} after the caller, ${ms(later)} later than ${than} (${ms(wanted.latencyMs)}); allowed: ${ms(laterMs)} later`;
  return difference(
    { ...expectation(k, wanted, laterMs, than), measured: Math.round(came.latencyMs), at: reply?.from ?? to },
    later > laterMs ? reason : undefined,
    { since: to + wanted.latencyMs },
  );
}

function missing({ replayed, tolerances, than }: Comparison, k: number, wanted: MeasuredReply): Difference {
  const { to } = replayed.utterances[k];
  const since = to + wanted.latencyMs;
  const facts = { ...expectation(k, wanted, tolerances.laterMs, than), measured: null, at: since };
  const roomMs = roomAfter(replayed, k);
  if (roomMs < wanted.latencyMs + ROOM_MS) {
    const expect = `${facts.expect} (not told: ${ms(roomMs)} after the caller ${isLast(replayed, k) ? "the call was over" : "it spoke again"})`;
    return difference({ ...facts, expect }, undefined);
  }
  const reason = `reply ${k + 1} is missing: in the ${ms(roomMs)} after the caller the agent said nothing; when ${than} it replied after ${ms(wanted.latencyMs)}`;
  return difference(facts, reason, { since });
}

function notSaid({ replayed, tolerances, than }: Comparison, k: number, wanted: MeasuredReply): Difference {
  const at = replayed.end?.at ?? replayed.durationMs;
  const reason = `reply ${k + 1} is missing: the call was over at ${ms(at)}, before the caller came to say what it answers`;
  return difference({ ...expectation(k, wanted, tolerances.laterMs, than), measured: null, at }, reason);
}

function extra({ recorded, replayed, than }: Comparison, k: number, came: MeasuredReply): Difference {
  const at = replayed.utterances[k].reply?.from;
  const roomMs = recorded.utterances[k] ? roomAfter(recorded, k) : Number.POSITIVE_INFINITY;
  const reason = `the agent replied ${ms(came.latencyMs)} after the caller to utterance ${k + 1}, which got no reply when ${than}`;
  return difference(
    {
      expect: `utterance ${k + 1} gets no reply`,
      measured: Math.round(came.latencyMs),
      limit: null,
      unit: "ms",
      at,
    },
    roomMs < came.latencyMs + ROOM_MS ? undefined : reason,
  );
}

function expectation(k: number, { latencyMs }: MeasuredReply, laterMs: number, than: string) {
  return {
    expect: `reply ${k + 1} comes at most ${ms(laterMs)} later than ${than}`,
    limit: Math.round(latencyMs + laterMs),
    unit: "ms",
  } as const;
}

/** How long the agent had to reply before the caller spoke again or the call was over. */
function roomAfter({ utterances, end, durationMs }: CallAnalysis, k: number): number {
  return (utterances[k + 1]?.from ?? end?.at ?? durationMs) - utterances[k].to;
}

function isLast({ utterances }: CallAnalysis, k: number): boolean {
  return k === utterances.length - 1;
}
