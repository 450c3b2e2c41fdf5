/** Results to report in tests, and a place to report them. */
import { ManualClock } from "../../../src/clock.js";
import type { ResultsPlace } from "../../../src/report/results/open.js";
import type { Check, CheckResult, ResultReporter, RunResult } from "../../../src/report/results/result.js";
import { plain } from "../../../src/report/style.js";
import { Kept } from "../output.js";

export class Wide extends Kept {
  constructor(readonly columns: number | undefined) {
    super();
  }
}

export interface TestPlace extends ResultsPlace {
  readonly out: Wide;
  readonly clock: ManualClock;
  readonly env: Record<string, string>;
}

export function place(
  options: { columns?: number; file?: string; cwd?: string; quiet?: boolean } = {},
): TestPlace {
  const { columns, file = "/nowhere/results", cwd = "/nowhere", quiet = false } = options;
  return { out: new Wide(columns), env: {}, cwd, clock: new ManualClock(), style: plain, file, quiet };
}

export function check(fields: Partial<Check> = {}): Check {
  return {
    expect: "speaks within 2 s",
    ok: true,
    measured: 712,
    limit: 2000,
    unit: "ms",
    reason: "",
    ...fields,
  };
}

export function result(fields: Partial<CheckResult> = {}): CheckResult {
  const { checks = [check()] } = fields;
  return { name: "conversation", durationMs: 4120, ok: checks.every(({ ok }) => ok), checks, ...fields };
}

export function run(results: readonly CheckResult[], fields: Partial<RunResult> = {}): RunResult {
  return {
    name: "smartpbx-bridge simulate",
    startedAt: "2026-11-22T12:59:00.123Z",
    durationMs: 14_200,
    results,
    ...fields,
  };
}

export async function tell(reporter: ResultReporter, whole: RunResult): Promise<void> {
  for (const one of whole.results) reporter.result?.(one);
  await reporter.end(whole);
}

/** One call that went well, one that did not, and three of the same. */
export const MIXED = run([
  result({ firstAudioMs: [712, 640] }),
  result({
    name: "20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d",
    file: "recordings/20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d",
    recording: "replays/20261122T140000.000Z-call 2",
    callId: "call-2",
    startedAt: "2026-11-22T14:00:00.000Z",
    checks: [
      check({
        step: 2,
        expect: "stops within 600 ms",
        ok: false,
        measured: 1240,
        limit: 600,
        reason: "the agent spoke on for 1.24 s after the caller broke in",
        at: 63_400,
      }),
      check({ step: 1 }),
      check({
        expect: "sounds right",
        ok: false,
        measured: null,
        limit: null,
        unit: undefined,
        reason: "nothing was heard",
      }),
    ],
    firstAudioMs: [null, null],
  }),
  ...[702, 760, null].map((ms, k) => result({ name: "hours", repeat: k + 1, firstAudioMs: [ms, 500 + k] })),
]);
