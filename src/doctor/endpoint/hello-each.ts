/**
 * Several calls that each say hello, side by side where the endpoint takes that. Those without an answer are placed again, and
 * what they have in common decides: a call that is answered alone was disturbed by the others.
 */
import type { Finding } from "../../analysis/finding.js";
import { findingOf } from "../../analysis/root-causes.js";
import type { Encoding } from "../../audio/format.js";
import type { Profile } from "../../protocol/profiles.js";
import { ExamCall } from "./exam-call.js";
import type { Examination } from "./examination.js";
import { type Hello, hello } from "./hello.js";

export interface HelloCall {
  readonly name: string;
  readonly profile?: Profile;
  readonly format?: Encoding;
  readonly answerMs?: number;
}

export type Named = HelloCall & Hello;

export interface Answers {
  readonly calls: readonly Named[];
  /** None of them was answered in two calls. */
  readonly unanswered: readonly Named[];
  /** Not all are answered at once, twice, and alone they are. */
  readonly disturbed: Finding | undefined;
}

export async function helloEach(exam: Examination, wanted: readonly HelloCall[]): Promise<Answers> {
  const calls = await placeEach(exam, wanted);
  if (!exam.isAnswering) return { calls, unanswered: calls.filter(isSilent), disturbed: undefined };
  const silent = calls.filter(isSilent);
  if (silent.length === 0) return { calls, unanswered: [], disturbed: undefined };
  const again = await placeEach(exam, silent);
  const latest = calls.map((call) => again.find(({ name }) => name === call.name) ?? call);
  const unanswered = again.filter(isSilent);
  const [first] = unanswered;
  // With one left it was alone already.
  if (!first || !exam.isParallel || (unanswered.length === 1 && silent.length === 1))
    return { calls: latest, unanswered, disturbed: undefined };
  const alone = await hello(exam, first);
  if (!alone.isAnswered) return { calls: latest, unanswered, disturbed: undefined };
  const seen = `${wanted.length} callers spoke at once, and the one in ${first.name} had no answer, twice; alone it is answered.`;
  return {
    calls: latest,
    unanswered: [],
    disturbed: findingOf({ kind: "answers-not-all", side: "call", seen }),
  };
}

async function placeEach(exam: Examination, wanted: readonly HelloCall[]): Promise<Named[]> {
  const place = async (call: HelloCall): Promise<Named> => {
    const { name: _, ...settings } = call;
    return { ...call, ...(await hello(exam, settings)) };
  };
  if (exam.isParallel) return Promise.all(wanted.map(place));
  const calls: Named[] = [];
  for (const call of wanted) calls.push(await place(call));
  return calls;
}

function isSilent({ call, isAnswered }: Named): boolean {
  return !isAnswered && call instanceof ExamCall && !call.isEndedByEndpoint;
}
