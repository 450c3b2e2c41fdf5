/** The shortest call that tells whether an endpoint answers: greeting, one sentence, what comes of it. */
import type { Finding } from "../../analysis/finding.js";
import { BridgeError } from "../../errors.js";
import type { CallIds } from "../../protocol/serialize.js";
import type { Course, CoursePhone, Step } from "./course.js";
import type { ExamCall } from "./exam-call.js";
import type { CallSettings, Examination } from "./examination.js";

const GREETING_BEGINS_MS = 600;
const LONGEST_GREETING_MS = 5000;
const ANSWER_BEGINS_MS = 4000;
/** Enough to tell an answer from a click. */
const ANSWERED_MS = 300;

export interface Hello {
  readonly call: ExamCall | BridgeError;
  readonly isAnswered: boolean;
  /** Why what was said was not heard: missing or wrong ids, messages that cannot be read. */
  readonly causes: readonly Finding[];
}

export interface HelloSettings extends CallSettings {
  /** So much of the answer is listened to. Default: enough to tell that it is one. */
  readonly answerMs?: number;
  /** Says another sentence when the first one has been answered. */
  readonly asksMore?: boolean;
}

/** @param first what the caller does before it says hello. */
export async function hello(
  exam: Examination,
  { answerMs = ANSWERED_MS, asksMore = false, ...settings }: HelloSettings = {},
  first?: (phone: CoursePhone, ids: CallIds) => Step,
): Promise<Hello> {
  let saidAt = Number.POSITIVE_INFINITY;
  const beginsWithinMs = exam.isNeverQuiet ? 0 : ANSWER_BEGINS_MS;
  const course = (ids: CallIds): Course =>
    function* (phone) {
      if (first) yield* first(phone, ids);
      else yield* phone.listen(GREETING_BEGINS_MS, exam.isNeverQuiet ? 0 : LONGEST_GREETING_MS);
      yield* phone.say("hello");
      saidAt = phone.at;
      yield* phone.answer(saidAt, beginsWithinMs, answerMs);
      if (!asksMore) return;
      yield* phone.say("hours");
      yield* phone.answer(phone.at, beginsWithinMs, answerMs);
    };
  const call = await exam.call(course, settings);
  if (call instanceof BridgeError) return { call, isAnswered: false, causes: [] };
  const causes = call.analysis.findings.filter(({ code }) => /ids|bad-message/.test(code));
  return { call, isAnswered: call.isAnsweredTo(saidAt), causes };
}
