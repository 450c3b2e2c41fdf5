/** The results of simulated calls for `--reporter`: each call with what became of its expectations, and the budgets of the run. */
import type { Clock } from "../../clock.js";
import { BridgeError } from "../../errors.js";
import { spellMs } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import type { ResultReporters } from "../../report/results/open.js";
import type { Check, CheckResult } from "../../report/results/result.js";
import { budgetFacts } from "../../report/verdicts.js";
import type { BudgetResult } from "../../simulate/budgets.js";
import type { CallResult } from "../../simulate/place-call.js";
import type { Verdict } from "../../simulate/scenario/verdict.js";
import type { LoadSummary } from "../../simulate/tally.js";
import type { Io } from "../ui/io.js";
import { openResults, type ResultsSettings } from "../ui/results.js";
import type { AskedScenario } from "./scenarios.js";

export interface CallResultsSettings extends ResultsSettings {
  /** Where calls are recorded: a result waits until its recording is complete. */
  readonly record?: string | undefined;
}

/** What a call was made for, and which of several of the same it is. */
export interface Asked extends AskedScenario {
  readonly repeat?: number;
}

type Summary = LoadSummary & { readonly ramp?: { readonly calls: number; readonly limitedBy: string } };

export class CallResults {
  /** Called before a line for people. */
  onShow: () => void = () => {};
  readonly #reporters: ResultReporters;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #startedWallMs: number;
  readonly #awaitsRecordings: boolean;
  readonly #listsCalls: boolean;
  readonly #verdicts = new Map<string, readonly Verdict[]>();
  readonly #folders = new Map<string, string>();
  /** By call id: those whose recording is not complete. */
  readonly #waiting = new Map<string, CheckResult>();
  readonly #results: CheckResult[] = [];

  private constructor(reporters: ResultReporters, settings: CallResultsSettings, clock: Clock) {
    this.#reporters = reporters;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#startedWallMs = clock.wallMs();
    this.#awaitsRecordings = settings.record !== undefined;
    this.#listsCalls = !settings.json && settings.reporter.some(({ name }) => name === "list");
  }

  /** Undefined when no reporter is asked for. @throws BridgeError `cannot-write`, `bad-flag` */
  static async open(settings: CallResultsSettings, io: Io): Promise<CallResults | undefined> {
    if (settings.reporter.length === 0) return undefined;
    return new CallResults(await openResults(settings, io), settings, io.clock);
  }

  /** Whether the reporters themselves show every call to people. */
  get listsCalls(): boolean {
    return this.#listsCalls;
  }

  /** The reporter that the command's other parts talk to: what the reporters list is not said twice. */
  around(reporter: Reporter): Reporter {
    return {
      listening: (info) => reporter.listening(info),
      inspector: (url) => reporter.inspector(url),
      phone: (url) => reporter.phone(url),
      call: () => reporter.call(),
      recorded: (callId, folder) => {
        reporter.recorded(callId, folder);
        this.#recorded(callId, folder);
      },
      warning: (code, message) => reporter.warning(code, message),
      step: (type, fields, text) => {
        if (type !== "scenario" || !this.#listsCalls) reporter.step(type, fields, text);
      },
      summary: (summary) => reporter.summary(summary),
    };
  }

  readonly verdicts = (callId: string, verdicts: readonly Verdict[]): void => {
    this.#verdicts.set(callId, verdicts);
  };

  /** A call is over, or did not begin. */
  placed(asked: Asked, result: CallResult | BridgeError): void {
    if (result instanceof BridgeError) {
      this.#tell(notBegun(asked, result));
      return;
    }
    const { callId } = result;
    const endedAt = this.#clock.wallMs();
    const verdicts = this.#verdicts.get(callId) ?? [];
    this.#verdicts.delete(callId);
    const told = resultOf(asked, result, verdicts, endedAt);
    const folder = this.#folders.get(callId);
    if (this.#awaitsRecordings && folder === undefined) this.#waiting.set(callId, told);
    else this.#tell(folder === undefined ? told : { ...told, recording: folder });
  }

  /** Writes all files. @throws BridgeError `cannot-write` */
  async end(summary: Summary): Promise<void> {
    for (const result of this.#waiting.values()) this.#tell(result);
    this.#waiting.clear();
    for (const result of ofRun(summary)) this.#tell(result);
    await this.#reporters.end({
      name: "smartpbx-bridge simulate",
      startedAt: new Date(this.#startedWallMs).toISOString(),
      durationMs: Math.round(this.#clock.now() - this.#startedAt),
      results: this.#results,
    });
  }

  #recorded(callId: string, folder: string): void {
    const result = this.#waiting.get(callId);
    if (!result) {
      this.#folders.set(callId, folder);
      return;
    }
    this.#waiting.delete(callId);
    this.#tell({ ...result, recording: folder });
  }

  #tell(result: CheckResult): void {
    this.#results.push(result);
    this.onShow();
    this.#reporters.result(result);
  }
}

function resultOf(
  asked: Asked,
  result: CallResult,
  verdicts: readonly Verdict[],
  endedAt: number,
): CheckResult {
  const { callId, summary, reason, detail } = result;
  const ok = result.ok && verdicts.every((verdict) => verdict.ok);
  // How the call came out is a check of its own where no expectation says it.
  const says = verdicts.length > 0 && (result.ok || verdicts.some((verdict) => !verdict.ok));
  const whole: Check = {
    expect: "the call goes well",
    ok: result.ok,
    measured: reason,
    limit: null,
    reason: result.ok ? "" : detail,
  };
  const checks = says ? verdicts : [whole, ...verdicts];
  return {
    ...asked,
    startedAt: new Date(endedAt - summary.durationMs).toISOString(),
    durationMs: Math.round(summary.durationMs),
    ok,
    callId,
    firstAudioMs: summary.firstAudioMs.map((ms) => Math.round(ms * 10) / 10),
    checks: [...checks].sort((a, b) => Number(a.ok) - Number(b.ok)),
  };
}

function notBegun(asked: Asked, { code, message, fix }: BridgeError): CheckResult {
  const check = {
    expect: "the call begins",
    ok: false,
    measured: code,
    limit: null,
    reason: `${message} ${fix}`,
  };
  return { ...asked, durationMs: 0, ok: false, checks: [check] };
}

/** What is judged of all calls together. */
function ofRun({
  budgets = [],
  ramp,
  trustworthy,
  untrustworthyBecause,
  durationMs,
}: Summary): CheckResult[] {
  if (ramp) {
    const { calls, limitedBy } = ramp;
    const ok = calls > 0;
    const reason = ok ? "" : `no number of calls was found: ${limitedBy}`;
    const check = {
      expect: "some number of calls keeps the budgets",
      ok,
      measured: calls,
      limit: null,
      reason,
    };
    return [{ name: "ramp", durationMs, ok, checks: [check] }];
  }
  if (budgets.length === 0) return [];
  const trusted: Check[] =
    trustworthy === false
      ? [
          {
            expect: "this computer keeps up",
            ok: false,
            measured: null,
            limit: null,
            reason: `These numbers are not trustworthy: ${untrustworthyBecause}.`,
          },
        ]
      : [];
  const checks = [...trusted, ...budgets.map(checkOf).sort((a, b) => Number(a.ok) - Number(b.ok))];
  return [{ name: "budgets", durationMs, ok: checks.every(({ ok }) => ok), checks }];
}

function checkOf(result: BudgetResult): Check {
  const { name, ok, measured, limit, unit } = result;
  const most = unit === "ms" ? spellMs(limit) : `${limit} %`;
  return {
    expect: `${name} at most ${most}`,
    ok,
    measured,
    limit,
    unit,
    reason: ok ? "" : budgetFacts(result),
  };
}
