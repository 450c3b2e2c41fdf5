/**
 * What is found about time may be this computer's fault, or a moment's: it is believed when our own frames left on time, and
 * holes and bursts only when a second call has them too.
 */
import type { Finding } from "../../analysis/finding.js";
import { ExamCall } from "./exam-call.js";
import type { CallSettings, Examination } from "./examination.js";
import { hello } from "./hello.js";

export interface Believed {
  readonly findings: readonly Finding[];
  /** Something was seen that cannot be believed. */
  readonly isUnsure: boolean;
}

const ABOUT_TIME = /^agent-(choppy|too-fast|slow-replies|barge-in-ignored)$/;
const ONCE_IS_NONE = /^agent-(choppy|too-fast)$/;
/** So much of an answer is listened to. */
const ANSWER_MS = 3500;

export async function seenTwice(
  exam: Examination,
  call: ExamCall,
  findings: readonly Finding[],
  settings: CallSettings = {},
): Promise<Believed> {
  if (!findings.some(({ code }) => ABOUT_TIME.test(code))) return { findings, isUnsure: false };
  if (!call.isTimed)
    return { findings: findings.filter(({ code }) => !ABOUT_TIME.test(code)), isUnsure: true };
  if (!findings.some(({ code }) => ONCE_IS_NONE.test(code))) return { findings, isUnsure: false };
  exam.doing("the pace once more");
  const { call: again } = await hello(exam, { ...settings, answerMs: ANSWER_MS });
  const seen =
    again instanceof ExamCall && again.isTimed ? again.analysis.findings.map(({ code }) => code) : [];
  const believed = findings.filter(({ code }) => !ONCE_IS_NONE.test(code) || seen.includes(code));
  return { findings: believed, isUnsure: believed.length < findings.length };
}
