/** The shortest call that tells whether an endpoint answers: greeting, one sentence, what comes of it. */
import type { BridgeError } from "../../errors.js";
import type { CallIds } from "../../protocol/serialize.js";
import type { Course, CoursePhone, Step } from "./course.js";
import { ExamCall } from "./exam-call.js";
import type { CallSettings, Examination } from "./examination.js";

const GREETING_BEGINS_MS = 600;
const LONGEST_GREETING_MS = 5000;
const ANSWER_BEGINS_MS = 4000;
const LONGEST_ANSWER_MS = 1800;

export interface Hello {
  readonly call: ExamCall | BridgeError;
  readonly isAnswered: boolean;
}

/** @param first what the caller does before it says hello. */
export async function hello(
  exam: Examination,
  { answerMs = LONGEST_ANSWER_MS, ...settings }: CallSettings & { readonly answerMs?: number } = {},
  first?: (phone: CoursePhone, ids: CallIds) => Step,
): Promise<Hello> {
  let wordsAt = Number.POSITIVE_INFINITY;
  const course = (ids: CallIds): Course =>
    function* (phone) {
      if (first) yield* first(phone, ids);
      else yield* phone.listen(GREETING_BEGINS_MS, exam.isNeverQuiet ? 0 : LONGEST_GREETING_MS);
      wordsAt = phone.at;
      yield* helloAnswered(phone, exam.isNeverQuiet ? 0 : ANSWER_BEGINS_MS, answerMs);
    };
  const call = await exam.call(course, settings);
  return { call, isAnswered: call instanceof ExamCall && call.isAnsweredAfter(wordsAt) };
}

function* helloAnswered(phone: CoursePhone, beginsWithinMs: number, answerMs: number): Step {
  const { turns } = phone.agent;
  yield* phone.say("hello");
  // An echo has begun already.
  yield* phone.until(() => phone.agent.turns > turns, beginsWithinMs);
  yield* phone.listen(0, answerMs);
}
