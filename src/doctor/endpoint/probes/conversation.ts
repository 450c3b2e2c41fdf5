/** An ordinary call of several turns with an interruption, beside a second call in which the caller says nothing. */

import type { Finding } from "../../../analysis/finding.js";
import { findingOf } from "../../../analysis/root-causes.js";
import { spellMs } from "../../../analysis/spell.js";
import { formatName, PORTAL_FORMATS } from "../../../audio/format.js";
import { BridgeError } from "../../../errors.js";
import { reportAspects } from "../aspects.js";
import type { Course, CoursePhone, Step } from "../course.js";
import type { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { misheardRate, voiceOf } from "../misheard-rate.js";
import { seenTwice } from "../seen-twice.js";
import { sharedWith } from "../shared-session.js";

/** What the course notes of itself, in ms of the call. */
export interface Marks {
  /** When the caller's first words began. */
  wordsAt: number;
  /** The caller spoke into the agent's speech. */
  interrupted: boolean;
}

const GREETING_BEGINS_MS = 1500;
const LONGEST_GREETING_MS = 6000;
const ANSWER_BEGINS_MS = 5000;
const LONGEST_ANSWER_MS = 4000;
/** Before it is interrupted, an agent may speak so long. */
const SPEAKS_MS = 900;
/** And so soon it begins to speak after an interruption, if it does. */
const NEXT_BEGINS_MS = 1200;
const TRIES = 2;
const NEVER_QUIET_MS = 12_000;
const SILENT_MS = 15_000;
const SILENT_ALONE_MS = 8000;

export async function conversation(exam: Examination): Promise<void> {
  for (const format of exam.formats) {
    exam.base = format;
    if (await converse(exam)) return;
  }
  exam.isOver = true;
}

/** @returns false when the endpoint takes no calls in this format. */
async function converse(exam: Examination): Promise<boolean> {
  const name = formatName(PORTAL_FORMATS[exam.base]);
  exam.doing(`a conversation in ${name}, and a silent caller beside it`);
  let marks = newMarks();
  let { talking, quiet } = await sideBySide(exam, marks);
  if (talking instanceof BridgeError) {
    exam.isOver = true;
    const seen = `The first connection was taken, and the call right after it was not: ${talking.message}`;
    exam.report("survives", "conversation", "not taken", [
      findingOf({ kind: "answers-once", side: "call", seen }),
    ]);
    return true;
  }
  if (talking.isRefusal && exam.formats.at(-1) !== exam.base) {
    exam.report("survives", "conversation", `${name} is refused: ${talking.result.detail}`);
    return false;
  }
  const talkAlone = async () => {
    const again = newMarks();
    const alone = await exam.call(() => talk(again));
    if (alone instanceof BridgeError || !alone.isAnsweredAfter(again.wordsAt)) return false;
    // What is wrong with the sound shows only where it is heard.
    [talking, marks] = [alone, again];
    return true;
  };
  const silentAlone = async (ms: number) => {
    const alone = await exam.call(() => beSilent(ms));
    return alone instanceof BridgeError || alone.analysis.agentSpeech.length > 0;
  };
  const shared = quiet && (await sharedWith(talking, quiet, marks, silentAlone, talkAlone));
  if (shared) exam.isParallel = false;
  await reportConversation(exam, name, talking, marks, shared);
  if (!exam.isOver) await reportQuiet(exam, quiet);
  return true;
}

function newMarks(): Marks {
  return { wordsAt: Number.POSITIVE_INFINITY, interrupted: false };
}

async function reportConversation(
  exam: Examination,
  name: string,
  talking: ExamCall,
  marks: Marks,
  shared: Finding | undefined,
): Promise<void> {
  const { analysis } = talking;
  exam.isAnswering = talking.isAnsweredAfter(marks.wordsAt);
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
  marks: Marks,
): Promise<{ talking: ExamCall | BridgeError; quiet: ExamCall | undefined }> {
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const talking = exam.call(() => talk(marks), { onSocket: () => begun() });
  const second = Promise.race([hasBegun, talking.catch(() => {})]).then(() =>
    exam.call(() => beSilent(SILENT_MS)),
  );
  const [first, other] = await Promise.all([talking, second]);
  const isRefused =
    other instanceof BridgeError || (other.isEndedByEndpoint && other.analysis.durationMs < 1000);
  if (isRefused) exam.isParallel = false;
  return { talking: first, quiet: isRefused ? undefined : (other as ExamCall) };
}

function talk(marks: Marks): Course {
  return function* (phone) {
    yield* phone.listen(GREETING_BEGINS_MS, LONGEST_GREETING_MS);
    marks.wordsAt = phone.at;
    yield* phone.say("hello");
    yield* phone.listen(ANSWER_BEGINS_MS, LONGEST_ANSWER_MS);
    if (!phone.agent.spokeAtAll) return;
    for (let k = 0; k < TRIES && !marks.interrupted; k++) yield* interrupt(phone, marks);
  };
}

function* interrupt(phone: CoursePhone, marks: Marks): Step {
  yield* phone.say("long");
  const beganAt = phone.at;
  yield* phone.until(
    () => phone.agent.speaking && phone.agent.speakingSince > beganAt - 200,
    ANSWER_BEGINS_MS,
  );
  yield* phone.silence(SPEAKS_MS);
  if (phone.agent.speaking) {
    marks.interrupted = true;
    yield* phone.say("hours");
    yield* phone.listen(NEXT_BEGINS_MS, LONGEST_ANSWER_MS);
  } else yield* phone.listen(0, LONGEST_ANSWER_MS);
}

function beSilent(ms: number): Course {
  return (phone) => phone.silence(ms);
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
