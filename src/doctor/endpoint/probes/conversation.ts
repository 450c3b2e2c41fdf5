/** An ordinary call of several turns with an interruption, beside a second call in which the caller says nothing. */

import type { Finding } from "../../../analysis/finding.js";
import { findingOf } from "../../../analysis/root-causes.js";
import { spellMs } from "../../../analysis/spell.js";
import { formatName, PORTAL_FORMATS } from "../../../audio/format.js";
import { BridgeError } from "../../../errors.js";
import type { CallResult } from "../../../simulate/place-call.js";
import { reportAspects } from "../aspects.js";
import type { Course } from "../course.js";
import type { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { misheardRate, voiceOf } from "../misheard-rate.js";
import { seenTwice } from "../seen-twice.js";
import { isAnswered, type SideBySide, sharedWith, type Talked } from "../shared-session.js";
import { beSilent, listenWhile, type Marks, newMarks, talk, talkLater } from "../talk.js";
import { headersRefused, isUnauthorised } from "./connection.js";

const NEVER_QUIET_MS = 12_000;
const SILENT_MS = 15_000;
const SILENT_ALONE_MS = 8000;

export async function conversation(exam: Examination): Promise<void> {
  const refusals: CallResult[] = [];
  for (const format of exam.formats) {
    exam.base = format;
    if (await converse(exam, refusals)) return;
  }
  exam.isOver = true;
}

/**
 * @param refusals of the formats before.
 * @returns false when the endpoint takes no calls in this format.
 */
async function converse(exam: Examination, refusals: CallResult[]): Promise<boolean> {
  const name = formatName(PORTAL_FORMATS[exam.base]);
  exam.doing(`a conversation in ${name}, and a silent caller beside it`);
  const { first, quiet } = await sideBySide(exam, talk, () => beSilent(SILENT_MS));
  if (first.call instanceof BridgeError) {
    exam.isOver = true;
    const seen = `The first connection was taken, and the call right after it was not: ${first.call.message}`;
    exam.report("survives", "conversation", "not taken", [
      findingOf({ kind: "answers-once", side: "call", seen }),
    ]);
    return true;
  }
  if (first.call.isRefusal) {
    refusals.push(first.call.result);
    if (exam.formats.at(-1) !== exam.base) {
      exam.report("survives", "conversation", `${name} is refused: ${first.call.result.detail}`);
      return false;
    }
    // Where no format is taken it was not for the format.
    const unauthorised = refusals.find(({ closeCode }) => isUnauthorised(closeCode));
    if (unauthorised) {
      exam.isOver = true;
      const { closeCode, detail } = unauthorised;
      exam.report("survives", "conversation", `closed with ${closeCode} before a word was said`, [
        headersRefused(exam, `The upgrade was taken, and then ${detail}, in answer`),
      ]);
      return true;
    }
  }
  const talked = { talking: first.call, marks: first.marks };
  let heard = talked;
  // Whoever had no answer asks again, alone; what is wrong with the sound shows only where it is heard.
  const isAnsweredAlone = async () => {
    if (heard === talked) heard = (await talkAlone(exam)) ?? talked;
    return isAnswered(heard);
  };
  const later = async (waitMs: number): Promise<SideBySide | undefined> => {
    exam.doing("two callers at once, of whom the second one says nothing");
    let isOver = false;
    const again = await sideBySide(
      exam,
      (marks) => talkLater(marks, waitMs),
      () => listenWhile(() => isOver),
      () => {
        isOver = true;
      },
    );
    const { call: talking, marks } = again.first;
    return talking instanceof BridgeError || !again.quiet
      ? undefined
      : { talking, quiet: again.quiet, marks };
  };
  const shared = quiet && (await sharedWith({ ...talked, quiet }, later, isAnsweredAlone));
  if (shared) exam.isParallel = false;
  else if (!isAnswered(talked) && !talked.talking.isEndedByEndpoint) await isAnsweredAlone();
  await reportConversation(exam, name, heard, shared);
  if (!exam.isOver) await reportQuiet(exam, quiet);
  return true;
}

async function talkAlone(exam: Examination): Promise<Talked | undefined> {
  exam.doing("the conversation once more, with nobody beside it");
  const marks = newMarks();
  const talking = await exam.call(() => talk(marks));
  return talking instanceof BridgeError ? undefined : { talking, marks };
}

async function reportConversation(
  exam: Examination,
  name: string,
  talked: Talked,
  shared: Finding | undefined,
): Promise<void> {
  const { talking, marks } = talked;
  const { analysis } = talking;
  exam.isAnswering = isAnswered(talked);
  exam.isNeverQuiet = analysis.agentSpeech.some(({ from, to }) => to - from > NEVER_QUIET_MS);
  exam.voiceHz = voiceOf(talking, PORTAL_FORMATS[exam.base]);
  const found: Finding[] = shared ? [shared] : [];
  if (talking.isLost || talking.isRefusal)
    found.push(await exam.death(talking, `after ${spellMs(analysis.durationMs)} of an ordinary call`));
  const misheard = await misheardRate(talking, PORTAL_FORMATS[exam.base]);
  if (misheard) found.push(misheard);
  const { findings, isUnsure } = await seenTwice(exam, talking, analysis.findings);
  reportAspects(exam, `${name}, ${spellMs(analysis.durationMs)}`, [...found, ...findings], {
    interrupted: marks.interrupted,
    answered: exam.isAnswering,
    analysis,
    isUnsure,
  });
}

/** The silent call begins when the other one has: where only one call is taken, that is the other one. */
async function sideBySide(
  exam: Examination,
  speaker: (marks: Marks) => Course,
  listener: () => Course,
  spoken: () => void = () => {},
): Promise<{ first: { call: ExamCall | BridgeError; marks: Marks }; quiet: ExamCall | undefined }> {
  const marks = newMarks();
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const talking = exam.call(() => speaker(marks), { onSocket: () => begun() }).finally(spoken);
  const second = Promise.race([hasBegun, talking.catch(() => {})]).then(() =>
    exam.call(listener, { isOneOfSeveral: true }),
  );
  const [call, other] = await Promise.all([talking, second]);
  const isRefused =
    other instanceof BridgeError || (other.isEndedByEndpoint && other.analysis.durationMs < 1000);
  if (isRefused) exam.isParallel = false;
  return { first: { call, marks }, quiet: isRefused ? undefined : other };
}

/** A caller who says nothing is not to be thrown out of the call. */
async function reportQuiet(exam: Examination, beside: ExamCall | undefined): Promise<void> {
  exam.doing("a caller who is silent");
  const call = beside ?? (await exam.call(() => beSilent(SILENT_ALONE_MS)));
  const name = "silent-caller";
  if (call instanceof BridgeError) {
    const isGone = await exam.death(call, "when the first call had ended");
    const seen = `The first call was taken, and the next one was not: ${call.message}`;
    const found = exam.isOver ? isGone : findingOf({ kind: "answers-once", side: "call", seen });
    exam.isOver = true;
    exam.report(name, "silent caller", "no second call", [found]);
    return;
  }
  const seconds = Math.round(call.analysis.durationMs / 100) / 10;
  const note = beside ? "" : "; it takes one call at a time";
  if (call.isEndedByEndpoint)
    exam.report(name, "silent caller", `the call ended after ${seconds} s`, [
      await exam.death(call, `after ${seconds} s in which the caller said nothing`),
    ]);
  else exam.report(name, "silent caller", `kept for ${seconds} s${note}`);
}
