/** People speak as soon as the line opens: a word in the very first moment, and the same a little later. */
import { findingOf } from "../../../analysis/root-causes.js";
import { PROFILES } from "../../../protocol/profiles.js";
import type { Course } from "../course.js";
import { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";

const ANSWER_MS = 3500;

export async function earlyWords(exam: Examination): Promise<void> {
  const [name, what] = ["early-words", "first words"];
  if (!exam.isAnswering) return exam.skip(name, what, "it answers nothing");
  exam.doing("a caller who speaks at once");
  let answers: readonly [early: boolean, later: boolean] = [false, false];
  const course: Course = function* (phone) {
    const word = function* () {
      const { turns } = phone.agent;
      yield* phone.say("word");
      return yield* phone.until(() => phone.agent.turns > turns, ANSWER_MS);
    };
    const early = yield* word();
    answers = [early, early || (yield* word())];
  };
  const call = await exam.call(() => course, { profile: PROFILES.readme });
  if (!(call instanceof ExamCall) || call.isEndedByEndpoint)
    return exam.skip(name, what, "the call was not to be had");
  const [early, later] = answers;
  if (early) exam.report(name, what, "a word in the first moment is answered");
  else if (!later) exam.skip(name, what, "it answers no single word");
  else {
    const seen =
      "A word said in the very first moment had no answer; the same word said four seconds later had one.";
    exam.report(name, what, "lost", [findingOf({ kind: "early-words-lost", side: "call", seen })]);
  }
}
