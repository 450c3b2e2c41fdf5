/**
 * What is found about time, or is missing, may be this computer's fault, or a moment's. It is believed when our own frames
 * were not that late themselves; and holes, bursts and answers that did not come only when a second call shows them too.
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

interface Doubt {
  /** With our own frames later than this, nothing is said about it. */
  readonly latestMs: number;
  readonly isOnceNone: boolean;
}

/** The jitter that a phone's buffer hides. */
const JITTER_MS = 60;
/** Half of the shortest time that anything but a hole is judged by. */
const STALL_MS = 500;
const DOUBTS: Readonly<Record<string, Doubt>> = {
  "agent-choppy": { latestMs: JITTER_MS, isOnceNone: true },
  "agent-too-fast": { latestMs: STALL_MS, isOnceNone: true },
  "agent-slow-replies": { latestMs: STALL_MS, isOnceNone: true },
  "agent-unanswered": { latestMs: STALL_MS, isOnceNone: true },
  "agent-barge-in-ignored": { latestMs: STALL_MS, isOnceNone: false },
};
/** So much of an answer is listened to. */
const ANSWER_MS = 3500;

export async function seenTwice(
  exam: Examination,
  call: ExamCall,
  findings: readonly Finding[],
  settings: CallSettings = {},
): Promise<Believed> {
  const timed = findings.filter((finding) => isTimed(call, finding));
  const isUnsure = timed.length < findings.length;
  if (!timed.some(isOnceNone)) return { findings: timed, isUnsure };
  exam.doing("the pace once more");
  const asksMore = timed.some(({ code }) => code === "agent-unanswered");
  const { call: again } = await hello(exam, { ...settings, answerMs: ANSWER_MS, asksMore });
  const seen =
    again instanceof ExamCall
      ? again.analysis.findings.filter((finding) => isTimed(again, finding)).map(({ code }) => code)
      : [];
  const believed = timed.filter((finding) => !isOnceNone(finding) || seen.includes(finding.code));
  return { findings: believed, isUnsure: believed.length < findings.length };
}

function isTimed({ lateness }: ExamCall, { code, severity }: Finding): boolean {
  const { latestMs = Number.POSITIVE_INFINITY } = DOUBTS[code] ?? {};
  // What is missing all the time is not made by one moment in which this computer was busy.
  const lateMs = severity === "error" && code === "agent-choppy" ? lateness.p99 : lateness.max;
  return lateMs <= latestMs;
}

function isOnceNone({ code }: Finding): boolean {
  return DOUBTS[code]?.isOnceNone === true;
}
