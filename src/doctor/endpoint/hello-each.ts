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
  for (const [k, { call, isAnswered, name }] of calls.entries()) {
    if (!exam.isParallel || isAnswered || isRefused(call)) continue;
    const again = await place(wanted[k]!);
    calls[k] = again;
    if (!again.isAnswered || shared) continue;
    if (call instanceof BridgeError) continue;
    const seen = `${wanted.length} callers spoke at once, and the one of ${name} had no answer; alone it is answered.`;
    shared = findingOf({ kind: "shared-session", side: "call", seen });
  }
  return { calls, unanswered: calls.filter(({ isAnswered }) => !isAnswered), shared };
}

function isRefused(call: Hello["call"]): boolean {
  return !(call instanceof BridgeError) && call.isRefusal;
}
