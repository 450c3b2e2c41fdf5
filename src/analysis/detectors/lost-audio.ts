/** Audio that was dropped on its way. */
import type { Detector } from "../evidence.js";
import { spellMs } from "../spell.js";

/** A frame or two at a call's end are nobody's loss. */
const LEAST_MS = 100;

export const lostAudio: Detector = ({ summary, call }) => {
  const droppedMs = summary?.droppedMs ?? 0;
  const told = call.warnings.find(({ code }) => code === "flood" || code === "congested");
  if (droppedMs < LEAST_MS && !told) return [];
  const amount =
    droppedMs >= LEAST_MS ? `${spellMs(droppedMs)} of audio were dropped.` : "Audio was dropped.";
  return [
    {
      kind: "audio-lost",
      side: "call",
      seen: told ? `${amount} ${told.message}` : amount,
      ...(told && { at: told.at }),
    },
  ];
};
