/** What a run came to, in numbers. */
import type { RunResult } from "./result.js";

export interface Totals {
  /** Whether everything held. A run in which nothing was checked shows nothing, and did not. */
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly checks: number;
}

export function totalsOf({ results }: Pick<RunResult, "results">): Totals {
  const passed = results.filter(({ ok }) => ok).length;
  const failed = results.length - passed;
  const checks = results.reduce((sum, result) => sum + result.checks.length, 0);
  return { ok: failed === 0 && passed > 0, passed, failed, checks };
}
