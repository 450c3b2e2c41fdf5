/**
 * Tells whether what one caller says is answered to another one, who has said nothing. Two callers at once show it, and two
 * more show that it was no coincidence: now the words come later, and so must what the silent one hears.
 */

import type { Finding } from "../../analysis/finding.js";
import { findingOf } from "../../analysis/root-causes.js";
import { spellShare } from "../../analysis/spell.js";
import type { ExamCall } from "./exam-call.js";
import type { Marks } from "./talk.js";

/** A caller who spoke, and what it noted of that. */
export interface Talked {
  readonly talking: ExamCall;
  readonly marks: Marks;
}

/** Two callers at once, of whom the second one says nothing. */
export interface SideBySide extends Talked {
  readonly quiet: ExamCall;
}

/** An answer begins within this time after the caller's first words began. */
const ANSWER_MS = 8000;
/** What an agent says by itself comes again at about the same time of the next call. */
const SAME_TIME_MS = 1500;
/** Opening the second call may take so long. */
const DIAL_MS = 1000;
/** So much of what the silent caller heard must be what the other one heard. */
const SAME_SHARE = 0.5;
/** A payload of so many different bytes is no silence. */
const LEAST_CODES = 12;
const LEAST_PAYLOADS = 10;

/**
 * @param first the silent call began after the other one.
 * @param later the same once more, with the first words after so many ms; undefined when it could not be had.
 * @param isAnsweredAlone whether the caller who speaks is answered with nobody beside it.
 */
export async function sharedWith(
  first: SideBySide,
  later: (waitMs: number) => Promise<SideBySide | undefined>,
  isAnsweredAlone: () => Promise<boolean>,
): Promise<Finding | undefined> {
  const answer = heardAfterWords(first);
  if (!answer) return undefined;
  const second = await later(answer.from + SAME_TIME_MS + DIAL_MS);
  if (!second || !heardAfterWords(second)) return undefined;
  // A greeting that takes its time, or a question whether anybody is there, needs no other caller.
  if (second.quiet.analysis.agentSpeech.some(({ from }) => Math.abs(from - answer.from) < SAME_TIME_MS))
    return undefined;
  const share = Math.min(sameShare(first), sameShare(second));
  if (share >= SAME_SHARE)
    return findingOf({
      kind: "shared-session",
      side: "call",
      seen: `Of two callers at once only one spoke, and ${spellShare(share)} of what the silent one heard was the other one's answer.`,
    });
  if (isAnswered(first) || isAnswered(second) || !(await isAnsweredAlone())) return undefined;
  return findingOf({
    kind: "shared-session",
    side: "call",
    seen: "Of two callers at once the one who spoke heard no answer, and the silent one did; a caller alone is answered.",
  });
}

export function isAnswered({ talking, marks }: Talked): boolean {
  return talking.isAnsweredTo(marks.saidAt);
}

/** What the silent caller began to hear after the other one had begun to speak. */
function heardAfterWords({ talking, quiet, marks }: SideBySide) {
  const wordsAt = marks.wordsAt - (quiet.openedAt - talking.openedAt);
  return quiet.analysis.agentSpeech.find(({ from }) => from > wordsAt && from < wordsAt + ANSWER_MS);
}

/** How much of the sound that the silent caller heard after the words the other one heard too. */
function sameShare({ talking, quiet, marks }: SideBySide): number {
  const sounds = ({ spoken, openedAt }: ExamCall) =>
    spoken
      .filter(({ at }) => at + openedAt > marks.wordsAt + talking.openedAt)
      .filter(({ base64 }) => new Set(base64).size > LEAST_CODES)
      .map(({ base64 }) => base64);
  const heard = sounds(quiet);
  if (heard.length < LEAST_PAYLOADS) return 0;
  const others = new Set(sounds(talking));
  return heard.filter((base64) => others.has(base64)).length / heard.length;
}
