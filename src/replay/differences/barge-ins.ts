/** Whether the agent still stops when the caller speaks into its speech. Measured from the audio that was heard. */
import { type Comparison, type Difference, difference, ms } from "./difference.js";

/** An agent that fell silent by itself so shortly before was not there to be interrupted. */
const JUST_BEFORE_MS = 400;

export function bargeInDifferences(comparison: Comparison): Difference[] {
  const { expected, replayed, tolerances, than } = comparison;
  const found: Difference[] = [];
  expected.utterances.forEach(({ bargeIn: wanted }, k) => {
    const spoken = replayed.utterances[k];
    // One that was ignored before cannot be ignored more; one that was not said is told of elsewhere.
    if (!wanted || wanted.stoppedAfterMs === undefined || !spoken) return;
    const limit = wanted.stoppedAfterMs + tolerances.stopLaterMs;
    const { text, measured } = fault(comparison, k, wanted.stoppedAfterMs);
    found.push(
      difference(
        {
          expect: `the agent stops at most ${ms(tolerances.stopLaterMs)} later than ${than} when utterance ${k + 1} interrupts it`,
          measured: measured === undefined ? null : Math.round(measured),
          limit: Math.round(limit),
          unit: "ms",
          at: spoken.from,
        },
        text,
      ),
    );
  });
  return found;
}

function fault(
  { measured, replayed, tolerances, than }: Comparison,
  k: number,
  wanted: number,
): { readonly text?: string; readonly measured?: number } {
  const { from } = replayed.utterances[k];
  const came = measured.utterances[k].bargeIn;
  if (!came) {
    const justBefore = replayed.agentSpeech.some(
      ({ to }) => to >= from - JUST_BEFORE_MS && to <= from + wanted,
    );
    if (justBefore) return { measured: 0 };
    return {
      text: `the agent was not speaking when the caller began at ${ms(from)}, so it could not be interrupted; when ${than} it was, and stopped after ${ms(wanted)}`,
    };
  }
  const { stoppedAfterMs } = came;
  if (stoppedAfterMs === undefined) {
    const onFor = (replayed.end?.at ?? replayed.durationMs) - from;
    return {
      // The call may have ended while it was still in time.
      ...(onFor > wanted + tolerances.stopLaterMs && {
        text: `the agent ignored the caller's interruption at ${ms(from)}: it still spoke when the call ended, ${ms(onFor)} later; when ${than} it stopped after ${ms(wanted)}`,
      }),
      measured: onFor,
    };
  }
  const later = stoppedAfterMs - wanted;
  if (later <= tolerances.stopLaterMs) return { measured: stoppedAfterMs };
  return {
    text: `the agent spoke on for ${ms(stoppedAfterMs)} after the caller interrupted it at ${ms(from)}, ${ms(later)} longer than ${than} (${ms(wanted)}); allowed: ${ms(tolerances.stopLaterMs)} longer`,
    measured: stoppedAfterMs,
  };
}
