/** Does the endpoint look at the headers at all: a call without them, and one with a wrong value, must be refused. */
import { findingOf } from "../../../analysis/root-causes.js";
import { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { beSilent } from "../talk.js";

const WRONG = "wrong-on-purpose";
/** Who has not been sent away by then is in. */
const TAKEN_MS = 3000;

export async function authentication(exam: Examination): Promise<void> {
  const names = Object.keys(exam.headers);
  if (names.length === 0) {
    exam.skip("authentication", "authentication", "no header was given");
    return;
  }
  exam.doing("the headers");
  const wrong = Object.fromEntries(names.map((name) => [name, WRONG]));
  const open = [
    ...((await isTaken(exam, {})) ? ["without the header"] : []),
    ...((await isTaken(exam, wrong)) ? ["with a wrong value in it"] : []),
  ].join(" and ");
  const seen = `A call ${open} was taken just as the one with ${names.join(", ")}.`;
  exam.report(
    "authentication",
    "authentication",
    open ? "anyone may call" : `calls without the right ${names.join(", ")} are refused`,
    open ? [findingOf({ kind: "headers-ignored", side: "call", seen })] : [],
  );
}

/** Whoever looks at the headers only when the call has begun is given time to close it. */
async function isTaken(exam: Examination, headers: Readonly<Record<string, string>>): Promise<boolean> {
  if ((await exam.knock(headers)).type !== "open") return false;
  const call = await exam.call(() => beSilent(TAKEN_MS), { headers });
  return call instanceof ExamCall && !call.isEndedByEndpoint;
}
