/** For how long both speak at once: what an agent that comes too early, or does not stop, does to the caller. */
import { type Comparison, type Difference, difference, ms } from "./difference.js";

export function talkOverDifferences({ expected, measured, tolerances, than }: Comparison): Difference[] {
  const { talkOverMs: wanted } = expected;
  const { talkOverMs: came } = measured;
  const allowed = tolerances.talkOverMs;
  const reason = `both spoke at once for ${ms(came)}, ${ms(came - wanted)} more than ${than} (${ms(wanted)}); allowed: ${ms(allowed)} more`;
  return [
    difference(
      {
        expect: `both speak at once for at most ${ms(allowed)} more than ${than}`,
        measured: Math.round(came),
        limit: Math.round(wanted + allowed),
        unit: "ms",
      },
      came - wanted > allowed ? reason : undefined,
      { grade: "whole" },
    ),
  ];
}
