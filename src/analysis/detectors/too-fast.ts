/** An agent that sends far ahead of what is heard cannot be interrupted. */
import type { Detector } from "../evidence.js";
import { spellMs } from "../spell.js";

const FAR_AHEAD_MS = 1000;
const HOPELESS_MS = 3000;

export const tooFast: Detector = ({ agent }) => {
  const { aheadMs, aheadAt } = agent;
  if (aheadMs < FAR_AHEAD_MS) return [];
  return [
    {
      kind: "too-fast",
      side: "agent",
      seen: `Audio was sent up to ${spellMs(aheadMs)} before it was heard.`,
      at: aheadAt,
      ...(aheadMs >= HOPELESS_MS && { severity: "error" }),
    },
  ];
};
