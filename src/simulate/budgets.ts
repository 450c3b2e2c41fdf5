/** Budgets: limits on what a load measures, that decide whether it was good enough. The one table of what can be limited. */

export type Metric = keyof typeof METRICS;
export type Stat = (typeof STATS)[number];

/** Of values measured again and again. */
export const STATS = ["p50", "p95", "p99", "max", "mean"] as const;

/** `single`: one number for the whole run, which stands without a stat. */
export const METRICS = {
  "first-audio": { unit: "ms", single: false, what: "end of the caller's speech → first agent audio" },
  greeting: { unit: "ms", single: false, what: "start of the call → first agent audio" },
  gaps: { unit: "ms", single: false, what: "holes in the agent's speech, per call" },
  late: { unit: "%", single: true, what: "frames of the agent's speech that came late" },
  "talk-over": { unit: "ms", single: false, what: "both speak, per call" },
  dropped: { unit: "ms", single: false, what: "audio that was lost, per call" },
  failed: { unit: "%", single: true, what: "calls that failed" },
  "sender-lateness": { unit: "ms", single: false, what: "how late our own frames left" },
} as const satisfies Record<string, { unit: "ms" | "%"; single: boolean; what: string }>;

export const metrics = Object.keys(METRICS) as Metric[];

export interface Budget {
  /** As it is spelled: `first-audio.p95`, `failed`. */
  readonly name: string;
  readonly metric: Metric;
  /** Absent for a single number. */
  readonly stat?: Stat;
  /** The largest value that is good, in the metric's unit. */
  readonly limit: number;
}

export interface BudgetResult {
  readonly name: string;
  readonly unit: "ms" | "%";
  readonly limit: number;
  /** Null when nothing was measured. */
  readonly measured: number | null;
  readonly ok: boolean;
  /** Why it is not ok, where the two numbers do not say it. */
  readonly reason?: string;
}

/** Undefined when it was never measured. */
export type Measurement = (metric: Metric, stat: Stat | undefined) => number | undefined;

/** @throws RangeError for a name that is not in the table. */
export function budget(name: string, limit: number): Budget {
  const [metric, stat] = name.split(".") as [Metric, Stat | undefined];
  const known = Object.hasOwn(METRICS, metric) ? METRICS[metric] : undefined;
  if (!known || known.single !== (stat === undefined) || (stat !== undefined && !STATS.includes(stat)))
    throw new RangeError(`no budget is called ${name}`);
  return { name, metric, ...(stat && { stat }), limit };
}

/** All names that a budget may have. */
export const budgetNames: readonly string[] = metrics.flatMap((metric) =>
  METRICS[metric].single ? [metric] : STATS.map((stat) => `${metric}.${stat}`),
);

/** What was never measured does not pass: no latency is not a fast one. */
export function judge(budgets: readonly Budget[], measure: Measurement): BudgetResult[] {
  return budgets.map(({ name, metric, stat, limit }) => {
    const { unit } = METRICS[metric];
    const measured = measure(metric, stat);
    if (measured === undefined)
      return { name, unit, limit, measured: null, ok: false, reason: "it was never measured" };
    return { name, unit, limit, measured: Math.round(measured * 100) / 100, ok: measured <= limit };
  });
}
