/** Finds the most calls at a time at which the budgets hold: doubles their number until they do not, then halves the interval. */
import { availableParallelism } from "node:os";
import type { BridgeError } from "../errors.js";
import { type Budget, type BudgetResult, budget, judge } from "./budgets.js";
import { type LoadOptions, type LoadResult, runLoad } from "./load.js";
import type { LoadSummary } from "./tally.js";

const FIRST_CALLS = 5;
const FACTOR = 2;
/** The answer is at most this much too small. */
const PRECISION = 0.05;
/** Calls that are shorter are placed again and again, so that every step has enough to measure. */
const STEP_MS = 10_000;
/** All calls of a step begin within this time. */
const BEGIN_MS = 2000;
/** How much slower than at the first step an agent may answer, when nobody says how fast it should be. */
const SLOWER_MS = 100;

/** For a ramp without budgets; first-audio latency is limited by what it is at the first step. */
export const DEFAULT_BUDGETS: readonly Budget[] = [
  budget("failed", 1),
  budget("late", 1),
  budget("gaps.p95", 0),
];

/** Which number to try next, from how those before came out. */
export class Search {
  #held = 0;
  #failedAt = Number.POSITIVE_INFINITY;
  readonly #first: number;
  readonly #most: number;

  constructor(first: number, most: number) {
    this.#first = Math.min(first, most);
    this.#most = most;
  }

  /** The largest number that held; 0 before any. */
  get held(): number {
    return this.#held;
  }

  /** Undefined when the answer is known. */
  get next(): number | undefined {
    if (this.#held === this.#most) return undefined;
    if (this.#failedAt === Number.POSITIVE_INFINITY)
      return Math.min(this.#most, this.#held === 0 ? this.#first : this.#held * FACTOR);
    const interval = this.#failedAt - this.#held;
    if (interval <= Math.max(1, PRECISION * this.#held)) return undefined;
    return this.#held + Math.floor(interval / 2);
  }

  tell(calls: number, held: boolean): void {
    if (held) this.#held = Math.max(this.#held, calls);
    else this.#failedAt = Math.min(this.#failedAt, calls);
  }
}

export interface RampStep {
  /** Calls at a time. */
  readonly calls: number;
  readonly ok: boolean;
  readonly summary: LoadSummary;
}

/** Part of a ramp's summary; the rest of it is the summary of the step with the most calls that held, else of the last. */
export interface RampResult {
  /** The most calls at a time at which the budgets held; 0 when they never did. */
  readonly calls: number;
  readonly callsPerCore: number;
  /** Of this computer: it is only the endpoint's when the endpoint runs here. */
  readonly cores: number;
  /** What kept it from being more. `generator`: this process could not place more, and the endpoint may hold them. */
  readonly limitedBy: "budgets" | "generator" | "concurrency" | "interrupted";
  readonly steps: number;
}

export interface RampOptions {
  readonly load: Omit<LoadOptions, "calls" | "concurrency" | "budgets" | "atLeastMs">;
  /** Default: `DEFAULT_BUDGETS`, and first-audio latency at most 100 ms above that of the first step. */
  readonly budgets?: readonly Budget[];
  /** Calls at a time are never more. */
  readonly most: number;
  readonly onStep?: (step: RampStep) => void;
  /** In place of real calls, in tests. */
  readonly run?: (options: LoadOptions) => Promise<Pick<LoadResult, "summary" | "firstError">>;
}

export interface RampOutcome {
  readonly summary: LoadSummary & { readonly ramp: RampResult };
  readonly firstError: BridgeError | undefined;
}

/** What was found is kept when the signal stops it. */
export async function runRamp({
  load,
  budgets: asked,
  most,
  onStep,
  run = runLoad,
}: RampOptions): Promise<RampOutcome> {
  const search = new Search(FIRST_CALLS, most);
  let budgets = asked ?? DEFAULT_BUDGETS;
  let limitedBy: RampResult["limitedBy"] = "concurrency";
  let best: LoadSummary | undefined;
  let last: LoadSummary | undefined;
  let firstError: BridgeError | undefined;
  let steps = 0;
  for (let calls = search.next; calls !== undefined; calls = search.next) {
    const ratePerS = load.ratePerS ?? (calls * 1000) / BEGIN_MS;
    const result = await run({ ...load, ratePerS, calls, concurrency: calls, atLeastMs: STEP_MS, budgets });
    if (load.signal?.aborted) {
      limitedBy = "interrupted";
      last ??= result.summary;
      break;
    }
    steps++;
    last = result.summary;
    firstError ??= result.firstError;
    if (steps === 1 && !asked) {
      const added = slowest(last);
      budgets = [...budgets, ...added];
      last = { ...last, budgets: [...(last.budgets ?? []), ...judgeFirst(added, last)] };
    }
    const held = last.trustworthy !== false && (last.budgets ?? []).every(({ ok }) => ok);
    search.tell(calls, held);
    if (held) best = last;
    else limitedBy = last.trustworthy === false ? "generator" : "budgets";
    onStep?.({ calls, ok: held, summary: last });
    // More calls of a kind that never begins tell nothing.
    if (!held && last.ok === 0) break;
  }
  const cores = availableParallelism();
  const calls = search.held;
  const callsPerCore = Math.floor((10 * calls) / cores) / 10;
  const summary = (best ?? last) as LoadSummary;
  return { summary: { ...summary, ramp: { calls, callsPerCore, cores, limitedBy, steps } }, firstError };
}

function slowest({ firstAudioMs: { p95 } }: LoadSummary): Budget[] {
  return p95 === null ? [] : [budget("first-audio.p95", Math.ceil(p95) + SLOWER_MS)];
}

function judgeFirst(budgets: readonly Budget[], { firstAudioMs }: LoadSummary): BudgetResult[] {
  return judge(budgets, () => firstAudioMs.p95 ?? undefined);
}
