/** How fast the agent answered over several runs of the same: a distribution for each of its replies. */
import { percentile } from "../numbers.js";
import type { CheckResult } from "./result.js";

export interface Distribution {
  /** Of what was run again and again. */
  readonly name: string;
  readonly runs: number;
  readonly replies: readonly ReplyDistribution[];
}

export interface ReplyDistribution {
  /** From 1. */
  readonly reply: number;
  /** In how many of the runs it came; the numbers below are of these. */
  readonly came: number;
  /** First-audio latency in ms; null when it never came. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** Of everything that was run at least twice and has replies. */
export function distributions(results: readonly CheckResult[]): Distribution[] {
  return [...byName(results)].flatMap(([name, runs]) => {
    if (runs.length < 2) return [];
    const length = runs.reduce((most, { firstAudioMs = [] }) => Math.max(most, firstAudioMs.length), 0);
    const replies = Array.from({ length }, (_, k) => {
      const values = latenciesOf(runs, k);
      const at = (percent: number) => rounded(percentile(values, percent));
      return { reply: k + 1, came: values.length, p50: at(50), p95: at(95), max: at(100) };
    });
    return replies.length > 0 ? [{ name, runs: runs.length, replies }] : [];
  });
}

/** The latencies of one reply in all runs in which it came. @param index from 0 */
export function latenciesOf(runs: readonly CheckResult[], index: number): number[] {
  return runs.flatMap(({ firstAudioMs }) => firstAudioMs?.[index] ?? []);
}

/** The results of each name, in the order in which the names came first. */
export function byName(results: readonly CheckResult[]): Map<string, CheckResult[]> {
  const groups = new Map<string, CheckResult[]>();
  for (const result of results) {
    const group = groups.get(result.name);
    if (group) group.push(result);
    else groups.set(result.name, [result]);
  }
  return groups;
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
