/** Speech that is overdriven, too loud or too soft, or stands beside the middle of the scale. */
import type { Detector, SideEvidence, Sighting } from "../evidence.js";
import { spellDbfs, spellMs, spellShare } from "../spell.js";

/** With less speech than this nothing is said about its level. */
const LEAST_VOICED_MS = 500;
const CLIPPED_SHARE = 0.01;
const BADLY_CLIPPED_SHARE = 0.1;
const LOUDEST_DBFS = -9;
const SOFTEST_DBFS = -38;
/** Of full scale. */
const MOST_DC = 0.015;

export const level: Detector = ({ caller, agent }) => [...levelOf(agent), ...levelOf(caller)];

function* levelOf({ who, meter, sound }: SideEvidence): Generator<Sighting> {
  const { voicedMs, clippedMs, voicedMean } = meter;
  const { speechDbfs } = sound;
  if (voicedMs < LEAST_VOICED_MS || speechDbfs === undefined) return;
  const share = clippedMs / voicedMs;
  if (share > CLIPPED_SHARE) {
    yield {
      kind: "clipped",
      side: who,
      seen: `The wave is cut off at full scale in ${spellMs(clippedMs)}, ${spellShare(share)} of the ${who}'s speech.`,
      ...(share > BADLY_CLIPPED_SHARE && { severity: "error" }),
    };
  } else if (speechDbfs > LOUDEST_DBFS) {
    yield { kind: "too-loud", side: who, seen: `The ${who}'s speech is at ${spellDbfs(speechDbfs)}.` };
  }
  if (speechDbfs < SOFTEST_DBFS)
    yield { kind: "too-quiet", side: who, seen: `The ${who}'s speech is at ${spellDbfs(speechDbfs)}.` };
  if (Math.abs(voicedMean) > MOST_DC)
    yield {
      kind: "dc-offset",
      side: who,
      seen: `The ${who}'s wave stands ${spellShare(Math.abs(voicedMean))} of full scale ${voicedMean > 0 ? "above" : "below"} the middle.`,
    };
}
