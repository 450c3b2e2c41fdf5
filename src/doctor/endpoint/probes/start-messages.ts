/** Does the endpoint survive the start of a call as each edition of the vendor's document has it, and with each oddity. */

import { findingOf } from "../../../analysis/root-causes.js";
import { BridgeError } from "../../../errors.js";
import { PROFILES, type Profile } from "../../../protocol/profiles.js";
import { withQuirks } from "../../../protocol/quirks.js";
import type { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { helloEach, type Named } from "../hello-each.js";

const v06 = PROFILES.v06;
const STARTS: Readonly<Record<string, Profile>> = {
  "a start without otherLegCallId (the public document)": PROFILES.readme,
  "connected before start (v07)": PROFILES.v07,
  "connected with a protocol before start": withQuirks(v06, ["connected-protocol"]),
  "a start with its sampleRate as text": withQuirks(v06, ["string-sample-rate"]),
  "a start with unknown fields": withQuirks(v06, ["extra-fields"]),
  "a start whose numbers are no numbers": withQuirks(v06, ["opaque-numbers"]),
};
const ANSWERED = Object.keys(STARTS).slice(0, 5);
/** A crash shows within this time. */
const SHORT_MS = 400;

export async function startMessages(exam: Examination): Promise<void> {
  const [name, what] = ["start-messages", "start messages"];
  // One after the other, so that it is clear which of them an endpoint did not survive.
  let taken = 0;
  for (const [words, profile] of Object.entries(STARTS)) {
    exam.doing(words);
    const call = await exam.call(() => (phone) => phone.silence(SHORT_MS), { profile });
    if (!(call instanceof BridgeError) && !call.isEndedByEndpoint) {
      taken++;
      continue;
    }
    exam.report(name, what, "not all are survived", [await notTaken(exam, call, words, taken)]);
    return;
  }
  if (!exam.isAnswering || !exam.isParallel) {
    exam.report(name, what, `survives all ${taken} ways in which a call may start`);
    return;
  }
  exam.doing("an answer after each start message");
  const { calls, unanswered, disturbed } = await helloEach(
    exam,
    ANSWERED.map((words) => ({ name: words, profile: STARTS[words]! })),
  );
  const causes = calls.flatMap((call) => call.causes);
  if (unanswered.length === ANSWERED.length && causes.length === 0) {
    exam.isOver = true;
    const seen = "The first call was answered, and none of the calls after it.";
    exam.report(name, what, "no answer any more", [findingOf({ kind: "answers-once", side: "call", seen })]);
    return;
  }
  const found = [
    ...causes,
    ...unanswered.map(({ name: words }) =>
      findingOf({
        kind: "profile-unanswered",
        side: "call",
        seen: `After ${words} the caller's sentence had no answer, in two calls.`,
      }),
    ),
  ];
  if (disturbed) found.unshift(disturbed);
  const broken = calls.find(isBroken);
  if (broken) found.unshift(await exam.death(broken.call, `after ${broken.name} and a sentence`));
  exam.report(
    name,
    what,
    found.length > 0 ? "not all are answered" : `answers after all ${ANSWERED.length} ways to start`,
    found,
  );
}

/** Whoever refuses one of several callers may have a limit. */
function isBroken({ call }: Named): boolean {
  return call instanceof BridgeError ? call.code !== "endpoint-refused" : call.isLost;
}

async function notTaken(exam: Examination, call: ExamCall | BridgeError, words: string, before: number) {
  if (call instanceof BridgeError) {
    if (before > 0)
      return exam.death(call, `after a call that had begun with ${Object.keys(STARTS)[before - 1]}`);
    const seen = `The first call was taken, and no call after it: ${call.message}`;
    const death = await exam.death(call, "after the first call had ended");
    return exam.isOver ? death : findingOf({ kind: "answers-once", side: "call", seen });
  }
  if (call.isLost) return exam.death(call, `after ${words}`);
  const seen = `After ${words}, ${call.result.detail}.`;
  return findingOf({ kind: "profile-unanswered", side: "call", seen });
}
