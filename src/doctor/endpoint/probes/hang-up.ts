/** Does the endpoint let go when the caller hangs up, and does it answer the next one. */
import { findingOf } from "../../../analysis/root-causes.js";
import { BridgeError } from "../../../errors.js";
import { PROFILES } from "../../../protocol/profiles.js";
import { serializeHangup } from "../../../protocol/serialize.js";
import { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { hello } from "../hello.js";

const BEFORE_MS = 600;
const PATIENCE_MS = 4000;
/** So long is a call without an answer. */
const UNANSWERED_MS = 6500;
/** We say it ourselves, and then wait. */
const WITHOUT_HANGUP = { ...PROFILES.v06, closing: () => [] };

export async function hangUp(exam: Examination): Promise<void> {
  const [name, what] = ["hang-up", "hang-up"];
  exam.doing("a hang-up");
  let hungUp = await hangUpOnce(exam);
  if (hungUp.isOpen && exam.hasTimeFor(PATIENCE_MS)) hungUp = await hangUpOnce(exam);
  const { call, at, isOpen } = hungUp;
  if (call instanceof BridgeError || (call.isEndedByEndpoint && Number.isNaN(at))) {
    exam.report(name, what, "the call was not to be had", [await exam.death(call, "after the calls before")]);
  } else if (isOpen) {
    const seen = `After hangup the socket stayed open for ${PATIENCE_MS / 1000} s, until the caller closed it.`;
    exam.report(name, what, "the socket stays open", [
      findingOf({ kind: "never-closes", side: "call", seen }),
    ]);
  } else {
    const afterMs = Math.max(0, Math.round(call.analysis.durationMs - at));
    exam.report(name, what, `closes ${afterMs} ms after hangup`);
  }
}

async function hangUpOnce(exam: Examination) {
  let at = Number.NaN;
  const call = await exam.call(
    (ids) =>
      function* (phone) {
        yield* phone.silence(BEFORE_MS);
        at = phone.at;
        yield* phone.send(serializeHangup(ids, "NORMAL_CLEARING"));
        yield* phone.mute(PATIENCE_MS);
      },
    { profile: WITHOUT_HANGUP },
  );
  return { call, at, isOpen: call instanceof ExamCall && !call.isEndedByEndpoint };
}

/** What ended a call must not have ended the endpoint. */
export async function nextCall(exam: Examination): Promise<void> {
  const [name, what] = ["next-call", "next call"];
  exam.doing("one more call");
  let next = await hello(exam);
  const isDeaf = () => exam.isAnswering && !next.isAnswered && next.call instanceof ExamCall;
  if (isDeaf() && exam.hasTimeFor(UNANSWERED_MS)) next = await hello(exam);
  else if (isDeaf()) return exam.skip(name, what, "not answered once, and no time to look again");
  if (next.call instanceof BridgeError)
    exam.report(name, what, "not taken", [await exam.death(next.call, "after a caller had hung up")]);
  else if (isDeaf()) {
    const seen = "The first call was answered, and this one and the next were not.";
    const once = findingOf({ kind: "answers-once", side: "call", seen });
    exam.report(name, what, "no answer", [...next.causes, once]);
  } else exam.report(name, what, next.isAnswered ? "answered" : "taken");
}
