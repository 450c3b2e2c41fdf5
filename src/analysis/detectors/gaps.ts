/** Agent audio that comes slower than it is heard: holes inside words. */
import type { Detector, Evidence } from "../evidence.js";
import { spellCount, spellMs, spellShare } from "../spell.js";

/** So much of the speech, and at least so much time, must be missing. */
const LEAST_SHARE = 0.01;
const LEAST_MS = 200;
const BAD_SHARE = 0.05;
const SLOW_PACE = 0.97;
/** A reply that was cut short because the caller spoke is followed by another one. */
const INTERRUPTION_MS = 500;

export const gaps: Detector = (evidence) => {
  const holes = evidence.agent.holes.filter(({ from, to }) => !isInterruption(evidence, from, to));
  const missingMs = holes.reduce((ms, { from, to }) => ms + to - from, 0);
  const share = missingMs / Math.max(1, evidence.agent.sound.voicedMs);
  if (missingMs < LEAST_MS || share < LEAST_SHARE) return [];
  const { pace } = evidence.agent;
  const slow = pace < SLOW_PACE ? `; it came at ${spellShare(pace)} of the pace of speech` : "";
  return [
    {
      kind: "choppy",
      side: "agent",
      seen: `${spellCount(holes.length, "hole")} inside the agent's speech, ${spellMs(missingMs)} in all${slow}.`,
      at: holes[0]!.from,
      ...(share >= BAD_SHARE && { severity: "error" }),
    },
  ];
};

function isInterruption({ call }: Evidence, from: number, to: number): boolean {
  return call.utterances.some((said) => said.from <= to && said.to >= from - INTERRUPTION_MS);
}
