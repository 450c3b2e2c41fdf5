/** Several calls that each say hello: side by side where the endpoint takes that, and those without an answer once more alone. */
import type { Finding } from "../../analysis/finding.js";
import { findingOf } from "../../analysis/root-causes.js";
import type { Encoding } from "../../audio/format.js";
import { BridgeError } from "../../errors.js";
import type { Profile } from "../../protocol/profiles.js";
import type { Examination } from "./examination.js";
import { type Hello, hello } from "./hello.js";

export interface HelloCall {
  readonly name: string;
  readonly profile?: Profile;
  readonly format?: Encoding;
}

export type Named = HelloCall & Hello;

export interface Answers {
  readonly calls: readonly Named[];
  readonly unanswered: readonly Named[];
  /** The calls disturbed each other: what is not answered among others is answered alone. */
  readonly shared: Finding | undefined;
}

export async function helloEach(exam: Examination, wanted: readonly HelloCall[]): Promise<Answers> {
  const place = async (call: HelloCall): Promise<Named> => ({ ...call, ...(await hello(exam, call)) });
  const calls: Named[] = [];
  if (exam.isParallel) calls.push(...(await Promise.all(wanted.map(place))));
  else for (const call of wanted) calls.push(await place(call));
  let shared: Finding | undefined;
  if (exam.isParallel && (await isAnsweredAlone(exam, calls))) {
    // Once more, because the computer may have been busy.
    const again = await Promise.all(wanted.map(place));
    const silent = again.find(isDisturbed);
    if (silent) shared = disturbed(again.length, silent.name);
    else calls.splice(0, calls.length, ...again);
  }
  const unanswered = shared ? [] : calls.filter(({ isAnswered }) => !isAnswered);
  return { calls, unanswered, shared };
}

/** One call that had no answer among the others is placed again, alone. */
async function isAnsweredAlone(exam: Examination, calls: readonly Named[]): Promise<boolean> {
  const silent = calls.find(isDisturbed);
  if (!silent || calls.length < 2 || !exam.isAnswering) return false;
  return (await hello(exam, silent)).isAnswered;
}

function isDisturbed({ call, isAnswered }: Named): boolean {
  return !isAnswered && !(call instanceof BridgeError) && !call.isRefusal;
}

function disturbed(calls: number, name: string): Finding {
  const seen = `${calls} callers spoke at once, and the one in ${name} had no answer; alone it is answered.`;
  return findingOf({ kind: "shared-session", side: "call", seen });
}
