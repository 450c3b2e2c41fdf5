/** People speak as soon as the line opens: a word in the very first moment, and the same a little later. */
import { findingOf } from "../../../analysis/root-causes.js";
import { PROFILES } from "../../../protocol/profiles.js";
import type { Course } from "../course.js";
import { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";

const ANSWER_MS = 3500;
/** A word without an answer, and one with it. */
const BOTH_MS = 6000;

export async function earlyWords(exam: Examination): Promise<void> {
  const [name, what] = ["early-words", "first words"];
  if (!exam.isAnswering) return exam.skip(name, what, "it answers nothing");
  exam.doing("a caller who speaks at once");
  for (let k = 0; ; k++) {
    const answers = await answersToWords(exam);
    if (!answers) return exam.skip(name, what, "the call was not to be had");
    if (answers.early) return exam.report(name, what, "a word in the first moment is answered");
    if (!answers.later) return exam.skip(name, what, "it answers no single word");
    if (k > 0) break;
    if (!exam.hasTimeFor(BOTH_MS)) return exam.skip(name, what, "lost once, and no time to look again");
  }
  const seen =
    "A word said in the very first moment had no answer, in two calls; the same word said four seconds later had one.";
  exam.report(name, what, "lost", [findingOf({ kind: "early-words-lost", side: "call", seen })]);
}

async function answersToWords(exam: Examination) {
  const answers = { early: false, later: false };
  const course: Course = function* (phone) {
    const word = function* () {
      const { turns } = phone.agent;
      yield* phone.say("word");
      return yield* phone.until(() => phone.agent.turns > turns, ANSWER_MS);
    };
    answers.early = yield* word();
    answers.later = answers.early || (yield* word());
  };
  const call = await exam.call(() => course, { profile: PROFILES.readme });
  return call instanceof ExamCall && !call.isEndedByEndpoint ? answers : undefined;
}
