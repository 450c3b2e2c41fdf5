/** Which tools the agent called, in which order. What it called them with is personal. */
import { type Comparison, type Difference, difference } from "./difference.js";

export function toolDifferences({ expected, measured, replayed, than }: Comparison): Difference[] {
  const wanted = expected.tools ?? [];
  const came = measured.tools;
  if (wanted.length === 0 && (expected.tools === undefined || came === undefined || came.length === 0))
    return [];
  const limit = list(wanted);
  if (came === undefined) {
    const expect = `the agent calls ${limit} (not told: from outside, tool calls cannot be seen)`;
    return [difference({ expect, measured: null, limit }, undefined)];
  }
  const k = [...wanted, undefined].findIndex((name, i) => name !== came[i]);
  const facts = { expect: `the agent calls ${limit}`, measured: list(came), limit };
  if (k < 0 || (k === wanted.length && came.length === k)) return [difference(facts, undefined)];
  const at = replayed.tools[k]?.at ?? replayed.end?.at ?? replayed.durationMs;
  return [difference({ ...facts, at }, reasonOf(wanted[k], came[k], k, than))];
}

function reasonOf(wanted: string | undefined, came: string | undefined, k: number, than: string): string {
  if (came === undefined)
    return `the agent did not call ${wanted}, which when ${than} was its tool call ${k + 1}`;
  if (wanted === undefined)
    return `the agent called ${came} as its tool call ${k + 1}; when ${than} it called no more tools`;
  return `the agent's tool call ${k + 1} was ${came}; when ${than} it was ${wanted}`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "no tool" : names.join(", ");
}
