/** Compares a replayed call with its recording: what differs, the gravest cause first. */
import type { CallAnalysis } from "../analysis/call-analysis.js";
import type { Check } from "../report/results/result.js";
import { bargeInDifferences } from "./differences/barge-ins.js";
import type { Comparison, Difference, Grade } from "./differences/difference.js";
import { endingDifferences } from "./differences/ending.js";
import { greetingDifferences } from "./differences/greeting.js";
import { orderDifferences } from "./differences/order.js";
import { replyDifferences } from "./differences/replies.js";
import { soundDifferences } from "./differences/sound.js";
import { talkOverDifferences } from "./differences/talk-over.js";
import { toolDifferences } from "./differences/tools.js";
import { transcriptDifferences } from "./differences/transcripts.js";
import { evidenceDifferences, utteranceDifferences } from "./differences/utterances.js";
import { wireDifferences } from "./differences/wire.js";
import { type Measured, measuredOf } from "./measured.js";
import type { Tolerances } from "./tolerances.js";

export interface ComparedCalls {
  readonly recorded: CallAnalysis;
  readonly replayed: CallAnalysis;
  readonly tolerances: Tolerances;
  /** What a good run measured, in place of what the recording holds. */
  readonly accepted?: Measured | undefined;
}

/** Where two begin to differ at the same moment, the earlier in this list explains the later. */
const KINDS = [
  wireDifferences,
  endingDifferences,
  greetingDifferences,
  bargeInDifferences,
  replyDifferences,
  soundDifferences,
  utteranceDifferences,
  toolDifferences,
  orderDifferences,
  transcriptDifferences,
  talkOverDifferences,
  evidenceDifferences,
];

const GRADES: readonly Grade[] = ["wire", "in time", "whole"];

/** Never empty, and never throws. Failures come first, causes before what follows from them; then what holds, in order. */
export function compareCalls({ recorded, replayed, tolerances, accepted }: ComparedCalls): Check[] {
  const comparison: Comparison = {
    recorded,
    replayed,
    expected: accepted ?? measuredOf(recorded),
    than: accepted ? "accepted" : "recorded",
    measured: measuredOf(replayed),
    tolerances,
  };
  const differences = KINDS.flatMap((kind) => kind(comparison));
  const failed = differences.filter(({ check }) => !check.ok).sort(byCause);
  return [...failed, ...differences.filter(({ check }) => check.ok)].map(({ check }) => check);
}

/** Sorting keeps the order of equals. */
function byCause(a: Difference, b: Difference): number {
  return GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade) || a.since - b.since;
}
