/** How each reply sounds: its level, its length, and how like the recorded one it is. */
import { similarity } from "../../analysis/fingerprint.js";
import { isCut } from "../measured.js";
import { type Comparison, type Difference, dB, difference, ms, tenths } from "./difference.js";

/** Short replies vary by a word more or less, whatever part of them that is. */
const LENGTH_SLACK_MS = 400;

export function soundDifferences(comparison: Comparison): Difference[] {
  const { expected, measured } = comparison;
  const found = measured.utterances.flatMap((_, k) =>
    [level(comparison, k), length(comparison, k), likeness(comparison, k)].filter((one) => one !== undefined),
  );
  const levels = [...expected.utterances, ...measured.utterances].some(
    ({ reply }) => reply?.levelDbfs !== undefined,
  );
  return levels ? found : [...found, ...overallLevel(comparison)];
}

function level(
  { expected, measured, replayed, tolerances, than }: Comparison,
  k: number,
): Difference | undefined {
  const wanted = expected.utterances[k]?.reply?.levelDbfs;
  const came = measured.utterances[k].reply?.levelDbfs;
  if (wanted === undefined || came === undefined) return undefined;
  return levelDifference(
    `reply ${k + 1}`,
    wanted,
    came,
    tolerances.levelDb,
    than,
    replayed.utterances[k].reply?.from,
  );
}

/** Of a call without replies: of what the agent says by itself. */
function overallLevel({ recorded, replayed, tolerances }: Comparison): Difference[] {
  const wanted = recorded.agent.speechDbfs;
  const came = replayed.agent.speechDbfs;
  if (wanted === undefined || came === undefined) return [];
  return [levelDifference("the agent's speech", wanted, came, tolerances.levelDb, "recorded", undefined)];
}

function levelDifference(
  what: string,
  wanted: number,
  came: number,
  allowedDb: number,
  than: string,
  at: number | undefined,
): Difference {
  const change = came - wanted;
  const reason = `${what} is ${dB(Math.abs(change))} ${change < 0 ? "softer" : "louder"} than ${than} (${dB(-came)} instead of ${dB(-wanted)} below full scale); allowed: ${dB(allowedDb)}`;
  return difference(
    {
      expect: `${what} is as loud as ${than}, give or take ${dB(allowedDb)}`,
      measured: tenths(came),
      limit: tenths(wanted),
      unit: "dB",
      ...(at !== undefined && { at }),
    },
    Math.abs(change) > allowedDb ? reason : undefined,
    at === undefined ? { grade: "whole" } : {},
  );
}

function length(
  { expected, measured, replayed, tolerances, than }: Comparison,
  k: number,
): Difference | undefined {
  const wanted = expected.utterances[k]?.reply?.lengthMs;
  const came = measured.utterances[k].reply?.lengthMs;
  if (wanted === undefined || came === undefined) return undefined;
  const from = replayed.utterances[k].reply?.from ?? 0;
  const allowed = Math.max(LENGTH_SLACK_MS, wanted * tolerances.lengthPart);
  const change = came - wanted;
  const reason = `reply ${k + 1} lasts ${ms(came)}, ${ms(Math.abs(change))} ${change < 0 ? "shorter" : "longer"} than ${than} (${ms(wanted)}); allowed: ${ms(allowed)}`;
  return difference(
    {
      expect: `reply ${k + 1} is as long as ${than}, give or take ${ms(allowed)}`,
      measured: Math.round(came),
      limit: Math.round(wanted),
      unit: "ms",
      at: from,
    },
    Math.abs(change) > allowed ? reason : undefined,
    { since: from + Math.min(wanted, came) },
  );
}

/** Always told, and a failure only where it was asked for. Always compared with the recording: only that has sound. */
function likeness({ recorded, replayed, tolerances }: Comparison, k: number): Difference | undefined {
  const before = recorded.utterances[k]?.reply;
  const now = replayed.utterances[k]?.reply;
  if (!before || !now) return undefined;
  const isPart = isCut(before, recorded) || isCut(now, replayed);
  const measured = similarity(before.fingerprint ?? "", now.fingerprint ?? "", isPart) ?? null;
  const least = tolerances.similarity;
  if (measured === null && least === undefined) return undefined;
  const reason =
    measured === null
      ? `reply ${k + 1} cannot be compared by its sound: one of the two has none`
      : `reply ${k + 1} sounds otherwise than recorded: ${measured} alike, where 1 is the same; asked for: ${least}`;
  return difference(
    { expect: `reply ${k + 1} sounds as recorded`, measured, limit: least ?? null, at: now.from },
    least !== undefined && (measured ?? 0) < least ? reason : undefined,
  );
}
