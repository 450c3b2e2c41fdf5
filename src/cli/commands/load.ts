/** The load of `simulate`: as many calls as were asked for, or a ramp that looks for the most; and whether it was good enough. */
import type { Values } from "../../config/setting.js";
import { count } from "../../report/numbers.js";
import type { Reporter } from "../../report/reporter.js";
import { budgetFacts } from "../../report/verdicts.js";
import { type LoadOptions, type LoadResult, runLoad } from "../../simulate/load.js";
import { DEFAULT_BUDGETS, type RampOutcome, type RampStep, runRamp } from "../../simulate/ramp.js";
import type { LoadSummary } from "../../simulate/tally.js";
import { EXIT_FAILED, EXIT_OK } from "../exit-codes.js";

type LoadSettings = Pick<Values<"simulate">, "calls" | "concurrency" | "ratePerSecond" | "budget" | "ramp">;

/** A ramp goes no further where nobody says how far it may. */
const MOST_RAMP_CALLS = 5000;

/** The most calls that will be up at a time. */
export function mostCalls({ ramp, concurrency }: LoadSettings): number {
  return ramp && concurrency === 1 ? MOST_RAMP_CALLS : concurrency;
}

/** Places the calls. */
export function placeLoad(
  options: Omit<LoadOptions, "calls" | "concurrency" | "ratePerS" | "budgets">,
  settings: LoadSettings,
  reporter: Pick<Reporter, "step">,
): Promise<Pick<LoadResult, "summary" | "firstError">> | Promise<RampOutcome> {
  const { calls, concurrency, ratePerSecond: ratePerS, budget } = settings;
  const budgets = budget.length > 0 ? budget : undefined;
  if (!settings.ramp) return runLoad({ ...options, calls, concurrency, ratePerS, budgets });
  if (!budgets) reporter.step("ramp", { budgets: defaults() }, `Budgets: ${words()}`);
  return runRamp({
    load: { ...options, ratePerS },
    budgets,
    most: mostCalls(settings),
    onStep: (step) => reporter.step("ramp-step", fieldsOf(step), lineOf(step)),
  });
}

/**
 * Budgets decide: where `failed` is limited, calls may fail up to its limit. A run that was slowed down by this computer meets
 * no budget, because it did not put the load on the endpoint that was asked for.
 */
export function loadExitCode(summary: LoadSummary & { readonly ramp?: { readonly calls: number } }): number {
  if (summary.ramp) return summary.ramp.calls > 0 ? EXIT_OK : EXIT_FAILED;
  const { budgets = [], failed, trustworthy } = summary;
  const limitsFailed = budgets.some(({ name }) => name === "failed");
  const isGood =
    budgets.every(({ ok }) => ok) &&
    (failed === 0 || limitsFailed) &&
    (trustworthy !== false || budgets.length === 0);
  return isGood ? EXIT_OK : EXIT_FAILED;
}

function fieldsOf({ calls, ok, summary }: RampStep): object {
  const { type: _, calls: placed, ok: wentWell, ...numbers } = summary;
  return { calls, ok, placed, wentWell, ...numbers };
}

function lineOf({ calls, ok, summary }: RampStep): string {
  const trust = summary.trustworthy === false ? ["this computer was the bottleneck"] : [];
  const facts = [...(summary.budgets ?? []).map(budgetFacts), ...trust];
  return `${ok ? "✓" : "✗"} ${count(calls, "call").padStart(10)}  ${facts.join("  ")}`;
}

function defaults(): string[] {
  return [...DEFAULT_BUDGETS.map(({ name }) => name), "first-audio.p95"];
}

function words(): string {
  const limits = DEFAULT_BUDGETS.map(
    ({ name, limit }) => `${name}=${limit}${name.includes(".") ? "ms" : "%"}`,
  );
  return `${limits.join(" ")}, and first-audio.p95 at most 100 ms above that of the first step. Others: --budget`;
}
