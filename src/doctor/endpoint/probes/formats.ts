/** The other formats: answered in kind, or refused in words. Silence is the one thing that nobody can understand. */

import type { Finding } from "../../../analysis/finding.js";
import { findingOf } from "../../../analysis/root-causes.js";
import { type Encoding, formatName, PORTAL_FORMATS } from "../../../audio/format.js";
import { BridgeError } from "../../../errors.js";
import { ASPECT_KINDS } from "../aspects.js";
import type { ExamCall } from "../exam-call.js";
import type { Examination } from "../examination.js";
import { helloEach, type Named } from "../hello-each.js";
import { changedVoice, voiceOf } from "../misheard-rate.js";
import { seenTwice } from "../seen-twice.js";

/** So much of an answer tells how it sounds. */
const ANSWER_MS = 1800;

export async function formats(exam: Examination): Promise<void> {
  const others = exam.formats.slice(exam.formats.indexOf(exam.base) + 1);
  if (others.length === 0) return;
  exam.doing(`calls in ${others.map((format) => formatName(PORTAL_FORMATS[format])).join(" and ")}`);
  const wanted = others.map((format) => ({
    name: formatName(PORTAL_FORMATS[format]),
    format,
    answerMs: ANSWER_MS,
  }));
  const { calls, disturbed } = await helloEach(exam, wanted);
  for (const [k, call] of calls.entries()) {
    if (exam.isOver) return;
    await reportFormat(exam, call, others[k]!, k === 0 ? disturbed : undefined);
  }
}

async function reportFormat(
  exam: Examination,
  { name, call, isAnswered, causes }: Named,
  format: Encoding,
  disturbed: Finding | undefined,
): Promise<void> {
  const report = (value: string, found: readonly Finding[] = []) =>
    exam.report(`format-${format}`, name, value, disturbed ? [disturbed, ...found] : found);
  if (call instanceof BridgeError) {
    report("the call was not taken", [await exam.death(call, `before a call in ${name}`)]);
  } else if (call.isRefusal) {
    report(`refused in words: ${call.result.detail}`);
  } else if (call.isLost) {
    const death = await exam.death(call, `after a start in ${name}`);
    const seen = `A call in ${name} broke off: ${call.result.detail}.`;
    report("the call broke off", [
      exam.isOver ? death : findingOf({ kind: "format-fails", side: "call", seen }),
    ]);
  } else {
    const changed = changedRate(exam, call, format);
    const { findings } = await seenTwice(exam, call, call.analysis.findings.filter(isAboutSound), { format });
    const theirs = [...findings, ...(changed ? [changed] : [])];
    const heard = call.analysis.agent.voicedMs > 0 || theirs.length > 0;
    const seen = `In a call in ${name} the caller's sentence had no answer, and the socket stayed open.`;
    const silent = findingOf({ kind: "format-unanswered", side: "call", seen });
    const found = theirs.map((finding) => ({ ...finding, seen: `In ${name}: ${finding.seen}` }));
    if (exam.isAnswering && !isAnswered && !heard) report("no answer", [...causes, silent]);
    else if (found.length > 0) report("answered, but not well", found);
    else report(isAnswered ? "answered" : "kept open");
  }
}

/** Told from the voice alone a rate must be wrong by far; beside another format it shows at once. */
function changedRate(exam: Examination, call: ExamCall, format: Encoding): Finding | undefined {
  const hz = voiceOf(call, PORTAL_FORMATS[format]);
  if (hz === undefined || exam.voiceHz === undefined || !changedVoice(hz, exam.voiceHz)) return undefined;
  const seen = `The agent's voice is at ${Math.round(hz)} Hz here and at ${Math.round(exam.voiceHz)} Hz in ${formatName(PORTAL_FORMATS[exam.base])}: the audio of one of them has another rate.`;
  return findingOf({ kind: "wrong-rate", side: "agent", seen });
}

/** What one short call can tell. */
function isAboutSound({ code, side }: Finding): boolean {
  if (side === "caller" || /never-heard|unanswered|slow-replies/.test(code)) return false;
  return ASPECT_KINDS.some((kind) => code === kind || code === `agent-${kind}`);
}
