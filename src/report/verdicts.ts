/** What a load came to, for people: each budget with its measured value, and whether the numbers can be believed. */
import { count, spellMs } from "./numbers.js";
import type { Style } from "./style.js";

/** One budget of a summary. */
export interface BudgetVerdict {
  readonly name: string;
  readonly unit: "ms" | "%";
  readonly limit: number;
  readonly measured: number | null;
  readonly ok: boolean;
  readonly reason?: string;
}

interface Verdicts {
  readonly budgets?: readonly BudgetVerdict[];
  readonly trustworthy?: boolean;
  readonly untrustworthyBecause?: string;
  readonly ramp?: {
    readonly calls: number;
    readonly callsPerCore: number;
    readonly cores: number;
    readonly limitedBy: string;
  };
}

/** What is left to say in rows of numbers: of one call there are no percentiles worth a row, and the loop's delay is for programs. */
export function numbersOf(summary: object): object {
  const {
    budgets: _budgets,
    trustworthy: _trustworthy,
    untrustworthyBecause: _because,
    eventLoopDelayMs: _delay,
    ramp: _ramp,
    ...numbers
  } = summary as Verdicts & { readonly eventLoopDelayMs?: object; readonly calls?: number };
  if (numbers.calls !== 1) return numbers;
  const {
    gapMs: _gap,
    latePercent: _late,
    talkOverPerCallMs: _talkOver,
    ...rest
  } = numbers as Record<string, unknown>;
  return rest;
}

/** The lines below the numbers. */
export function verdictLines(summary: object, style: Style): string[] {
  const { budgets = [], trustworthy, untrustworthyBecause, ramp } = summary as Verdicts;
  return [
    ...budgets.map((verdict) =>
      verdict.ok ? `${style.good("✓")} ${budgetFacts(verdict)}` : `${style.bad("✗")} ${budgetFacts(verdict)}`,
    ),
    ...(trustworthy === false
      ? [
          `${style.warn("!")} These numbers are not trustworthy: ${untrustworthyBecause}.`,
          ...(budgets.length > 0 && !ramp ? ["  No budget counts as met."] : []),
        ]
      : []),
    ...(ramp ? rampLines(ramp, style) : []),
  ];
}

/** `first-audio.p95 812 ms ≤ 900 ms`. */
export function budgetFacts({ name, unit, limit, measured, ok, reason }: BudgetVerdict): string {
  const spell = (value: number) => (unit === "ms" ? spellMs(value) : `${value} %`);
  if (measured === null) return `${name} ≤ ${spell(limit)}: ${reason}`;
  // Rounded for people, the two may look alike.
  const exact = (value: number) =>
    spell(measured) === spell(limit) && measured !== limit ? `${value} ${unit}` : spell(value);
  return `${name} ${exact(measured)} ${ok ? "≤" : ">"} ${exact(limit)}`;
}

const LIMITS: Readonly<Record<string, string>> = {
  budgets: "with more, a budget does not hold",
  generator: "with more, this computer is the bottleneck; the endpoint may hold them",
  concurrency: "more were not tried: --concurrency sets how many",
  interrupted: "it was interrupted before its end",
};

const NONE: Readonly<Record<string, string>> = {
  budgets: "not even one call keeps the budgets",
  generator: "this computer is too busy to measure even one call",
};

function rampLines({ calls, callsPerCore, cores, limitedBy }: NonNullable<Verdicts["ramp"]>, style: Style) {
  const why = LIMITS[limitedBy] ?? limitedBy;
  if (calls === 0) return [`${style.bad("✗")} No number of calls was found: ${NONE[limitedBy] ?? why}.`];
  const most = style.bold(`${count(calls, "call")} at a time`);
  return [
    `The budgets hold with ${most}: ${callsPerCore} for each of this computer's ${count(cores, "core")} (${why}).`,
  ];
}
