/** What has been counted so far, by metric and label values. Snapshots are plain JSON and can be added up over processes. */
import { type MetricName, metricNames, metrics } from "./metric-table.js";

/**
 * By metric, then by label values as a JSON list: one number; for a histogram the counts of each bucket (not cumulative), of what is beyond the
 * last bound, and the sum.
 */
export type Snapshot = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** What a metric without labels is kept under. */
const NO_LABELS = "[]";

export class Counts {
  readonly #values = new Map<MetricName, Map<string, number[]>>();

  /** Nothing happened yet; what is known to be countable stands at zero. */
  constructor() {
    for (const name of metricNames) {
      const { type, labels, known = [] } = metrics[name];
      this.#values.set(name, new Map());
      if (labels === undefined && type !== "gauge") this.#value(name, []);
      for (const value of known) this.#value(name, [value]);
    }
  }

  /** Adds to a counter. */
  add(name: MetricName, by = 1, ...labels: readonly string[]): void {
    this.#value(name, labels)[0]! += by;
  }

  /** Sets a gauge, or a counter that is counted elsewhere. */
  set(name: MetricName, value: number): void {
    this.#value(name, [])[0] = value;
  }

  /** Adds one measurement to a histogram, in the unit of its name. */
  observe(name: MetricName, measured: number): void {
    this.histogram(name)(measured);
  }

  /** @returns what adds one, for those who measure with every frame. */
  histogram(name: MetricName): (measured: number) => void {
    const { buckets = [] } = metrics[name];
    const counts = this.#value(name, []);
    return (measured) => {
      let bucket = 0;
      while (bucket < buckets.length && measured > buckets[bucket]!) bucket++;
      counts[bucket]!++;
      counts[buckets.length + 1]! += measured;
    };
  }

  snapshot(): Snapshot {
    const copy: Record<string, Record<string, number[]>> = {};
    for (const [name, byLabels] of this.#values)
      copy[name] = Object.fromEntries([...byLabels].map(([labels, value]) => [labels, [...value]]));
    return copy;
  }

  #value(name: MetricName, labels: readonly string[]): number[] {
    const byLabels = this.#values.get(name)!;
    const key = labels.length === 0 ? NO_LABELS : JSON.stringify(labels);
    let value = byLabels.get(key);
    if (value === undefined) {
      const { buckets } = metrics[name];
      value = new Array<number>(buckets ? buckets.length + 2 : 1).fill(0);
      byLabels.set(key, value);
    }
    return value;
  }
}

/** What several processes have counted, together. */
export function sumOf(snapshots: readonly Snapshot[]): Snapshot {
  const sum: Record<string, Record<string, number[]>> = {};
  for (const snapshot of snapshots) {
    for (const [name, byLabels] of Object.entries(snapshot)) {
      const into = (sum[name] ??= {});
      for (const [labels, value] of Object.entries(byLabels))
        into[labels] = value.map((count, i) => count + (into[labels]?.[i] ?? 0));
    }
  }
  return sum;
}

/** What the primary cannot count for its workers: what happens with every frame, and what a process is. */
export function ofOneProcess(snapshot: Snapshot): Snapshot {
  return Object.fromEntries(
    Object.entries(snapshot).filter(([name]) => metrics[name as MetricName].ofEachProcess),
  );
}

/** What stays true of a process that is no more: all it has counted, and nothing that it was. */
export function withoutGauges(snapshot: Snapshot): Snapshot {
  return Object.fromEntries(
    Object.entries(snapshot).filter(([name]) => metrics[name as MetricName]?.type !== "gauge"),
  );
}
