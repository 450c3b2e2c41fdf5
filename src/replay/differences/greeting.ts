/** Whether the agent greets, and how soon. */
import { ROOM_MS } from "../tolerances.js";
import { type Comparison, type Difference, difference, ms } from "./difference.js";

export function greetingDifferences(comparison: Comparison): Difference[] {
  const { expected, measured, recorded, replayed, tolerances, than } = comparison;
  const wanted = expected.greetingMs;
  const came = measured.greetingMs;
  if (wanted === undefined && came === undefined) return [];
  if (wanted === undefined) {
    const expect = "the agent does not greet";
    const room = firstWordsAt(recorded) - (came as number);
    const reason = `the agent greeted after ${ms(came as number)}; when ${than} it did not greet`;
    const facts = {
      expect,
      measured: Math.round(came as number),
      limit: null,
      unit: "ms",
      at: came,
    } as const;
    return [difference(facts, room < ROOM_MS ? undefined : reason)];
  }
  const limit = Math.round(wanted + tolerances.greetingLaterMs);
  const expect = `the greeting comes at most ${ms(tolerances.greetingLaterMs)} later than ${than}`;
  if (came === undefined) {
    const spokeAt = firstWordsAt(replayed);
    const reason = `the agent did not greet before ${
      replayed.utterances.length > 0 ? `the caller spoke at ${ms(spokeAt)}` : "the call ended"
    }; when ${than} it did after ${ms(wanted)}`;
    const isTold = spokeAt - wanted >= ROOM_MS;
    return [
      difference({ expect, measured: null, limit, unit: "ms", at: wanted }, isTold ? reason : undefined),
    ];
  }
  const reason = `the greeting came after ${ms(came)}, ${ms(came - wanted)} later than ${than} (${ms(wanted)}); allowed: ${ms(tolerances.greetingLaterMs)} later`;
  return [
    difference(
      { expect, measured: Math.round(came), limit, unit: "ms", at: came },
      came > wanted + tolerances.greetingLaterMs ? reason : undefined,
      { since: wanted },
    ),
  ];
}

/** When the caller first spoke, or the call was over. */
function firstWordsAt({ utterances, end, durationMs }: Comparison["recorded"]): number {
  return utterances[0]?.from ?? end?.at ?? durationMs;
}
