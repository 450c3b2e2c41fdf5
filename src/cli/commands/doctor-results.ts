/** Adds up what `doctor` finds: for its last lines, its exit code, and the reporters. */
import { rootFirst, rootsOf } from "../../analysis/root-causes.js";
import type { Clock } from "../../clock.js";
import type { Checked, Problem } from "../../doctor/checked.js";
import type { BridgeError } from "../../errors.js";
import type { Check, CheckResult, RunResult } from "../../report/results/result.js";
import { EXIT_FAILED, EXIT_OK } from "../exit-codes.js";
import type { DoctorTotals, Found } from "../ui/doctor-screen.js";

export class DoctorResults {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedWall: number;
  readonly #results: CheckResult[] = [];
  readonly #found: Found[] = [];
  #ok = 0;
  #skipped = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#startedWall = clock.wallMs();
  }

  /** @returns what reporters are told; undefined for a check that was left out. */
  add({ what, value, isSkipped, findings }: Checked, durationMs: number): CheckResult | undefined {
    this.#found.push(...findings.map((finding) => ({ ...finding, check: what })));
    if (isSkipped) {
      this.#skipped++;
      return undefined;
    }
    if (findings.length === 0) this.#ok++;
    const checks = findings.length > 0 ? findings.map(checkOf) : [good(value)];
    return this.#keep({ name: what, durationMs: Math.round(durationMs), ok: findings.length === 0, checks });
  }

  /** Nobody answered: there is nothing that could be examined. */
  unreachable({ message, fix }: BridgeError): CheckResult {
    const check = { ...good("the endpoint can be reached"), ok: false, reason: `${message} ${fix}` };
    return this.#keep({
      name: "connection",
      durationMs: Math.round(this.#elapsedMs),
      ok: false,
      checks: [check],
    });
  }

  get totals(): DoctorTotals {
    return {
      checks: this.#results.length,
      ok: this.#ok,
      failed: this.#results.length - this.#ok,
      skipped: this.#skipped,
      findings: rootFirst(rootsOf(this.#found)),
      durationMs: Math.round(this.#elapsedMs),
    };
  }

  get run(): RunResult {
    return {
      name: "smartpbx-bridge doctor",
      startedAt: new Date(this.#startedWall).toISOString(),
      durationMs: Math.round(this.#elapsedMs),
      results: this.#results,
    };
  }

  get exitCode(): number {
    return this.#found.length > 0 ? EXIT_FAILED : EXIT_OK;
  }

  get #elapsedMs(): number {
    return this.#clock.now() - this.#startedAt;
  }

  #keep(result: CheckResult): CheckResult {
    this.#results.push(result);
    return result;
  }
}

function checkOf({ code, seen, why, fix }: Problem): Check {
  return { expect: `no ${code}`, ok: false, measured: null, limit: null, reason: `${seen} ${why} ${fix}` };
}

function good(expect: string): Check {
  return { expect, ok: true, measured: null, limit: null, reason: "" };
}
