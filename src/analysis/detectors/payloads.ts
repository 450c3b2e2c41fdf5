/** The agent's payloads as such: samples cut in two, and sizes that are no frames. */
import { bytesPerMs, FRAME_MS } from "../../audio/format.js";
import type { Detector } from "../evidence.js";
import { spellCount, spellShare } from "../spell.js";

/** Replies end with what is left, so that some uneven payloads are everybody's. */
const UNEVEN_SHARE = 0.25;
const LEAST_UNEVEN = 20;

export const payloads: Detector = ({ agent, format }) => {
  const { count, odd, uneven, largestBytes } = agent.payloads;
  if (format.encoding === "opus") return [];
  if (odd > 0)
    return [
      {
        kind: "odd-samples",
        side: "agent",
        seen: `${spellCount(odd, "payload")} of ${count} ${odd === 1 ? "has" : "have"} an odd number of bytes.`,
      },
    ];
  if (uneven < LEAST_UNEVEN || uneven < count * UNEVEN_SHARE) return [];
  const frameBytes = bytesPerMs(format) * FRAME_MS;
  return [
    {
      kind: "uneven-frames",
      side: "agent",
      seen: `${spellShare(uneven / count)} of the agent's payloads are not whole frames of ${frameBytes} bytes; the largest has ${largestBytes}.`,
    },
  ];
};
