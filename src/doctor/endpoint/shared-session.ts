/** Tells whether what one caller says is answered to another one, who has said nothing. */

import type { Finding } from "../../analysis/finding.js";
import { findingOf } from "../../analysis/root-causes.js";
import { spellShare } from "../../analysis/spell.js";
import type { ExamCall } from "./exam-call.js";
import type { Marks } from "./probes/conversation.js";

/** An answer begins within this time after the caller's first words began. */
const ANSWER_MS = 8000;
/** The same may come a little later in another call. */
const LATER_MS = 1500;
/** So much of what the silent caller heard must be what the other one heard. */
const SAME_SHARE = 0.5;
/** A payload of so many different bytes is no silence. */
const LEAST_CODES = 12;
const LEAST_PAYLOADS = 10;

/**
 * @param quiet the call of the silent caller, which began after the other one.
 * @param silentAlone a silent call of so many ms with nobody beside it; gives whether anything was said to it.
 * @param talkAlone the same conversation once more, with nobody beside it; gives whether it was answered.
 */
export async function sharedWith(
  talking: ExamCall,
  quiet: ExamCall,
  { wordsAt }: Marks,
  silentAlone: (ms: number) => Promise<boolean>,
  talkAlone: () => Promise<boolean>,
): Promise<Finding | undefined> {
  if (!Number.isFinite(wordsAt)) return undefined;
  const speech = quiet.analysis.agentSpeech;
  // What the agent was saying already has nothing to do with the other caller's words.
  if (speech.some(({ from, to }) => from <= wordsAt && to > wordsAt)) return undefined;
  const answer = speech.find(({ from }) => from > wordsAt && from < wordsAt + ANSWER_MS);
  if (!answer) return undefined;
  // A greeting that takes its time, or a question whether anybody is there, needs no other caller.
  if (await silentAlone(answer.from + LATER_MS)) return undefined;
  const share = sameShare(talking, quiet, wordsAt);
  if (share >= SAME_SHARE)
    return findingOf({
      kind: "shared-session",
      side: "call",
      seen: `Of two callers at once only one spoke, and ${spellShare(share)} of what the silent one heard was the other one's answer.`,
    });
  if (talking.isAnsweredAfter(wordsAt)) return undefined;
  if (!(await talkAlone())) return undefined;
  return findingOf({
    kind: "shared-session",
    side: "call",
    seen: "Of two callers at once the one who spoke heard no answer, and the silent one did; a caller alone is answered.",
  });
}

/** How much of the sound that the silent caller heard after `since` the other one heard too. */
function sameShare(talking: ExamCall, quiet: ExamCall, since: number): number {
  const sounds = ({ spoken }: ExamCall) =>
    spoken
      .filter(({ at, base64 }) => at > since && new Set(base64).size > LEAST_CODES)
      .map(({ base64 }) => base64);
  const heard = sounds(quiet);
  if (heard.length < LEAST_PAYLOADS) return 0;
  const others = new Set(sounds(talking));
  return heard.filter((base64) => others.has(base64)).length / heard.length;
}
