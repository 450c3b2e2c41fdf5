/** Writes what has been counted in the Prometheus text format, version 0.0.4. Pure. */
import type { Snapshot } from "./counts.js";
import { type Metric, type MetricName, metricNames, metrics } from "./metric-table.js";

export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Every metric of the table that has a value, in the order of the table. */
export function exposition(snapshot: Snapshot): string {
  return metricNames.map((name) => family(name, metrics[name], snapshot[name] ?? {})).join("");
}

/** One metric with all its label values; nothing where there is no value. */
export function family(
  name: MetricName | string,
  metric: Metric,
  values: Readonly<Record<string, readonly number[]>>,
): string {
  const lines = Object.entries(values).flatMap(([key, value]) => {
    const given = JSON.parse(key) as string[];
    const labels = given.map((text, i): Label => [metric.labels?.[i] ?? `label_${i}`, text]);
    return metric.buckets
      ? histogram(name, labels, metric.buckets, value)
      : [`${name}${spell(labels)} ${number(value[0]!)}`];
  });
  if (lines.length === 0) return "";
  return [`# HELP ${name} ${escapeHelp(metric.help)}`, `# TYPE ${name} ${metric.type}`, ...lines, ""].join(
    "\n",
  );
}

type Label = readonly [name: string, value: string];

function histogram(
  name: string,
  labels: readonly Label[],
  bounds: readonly number[],
  value: readonly number[],
): string[] {
  let count = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, i) => {
    count += value[i]!;
    return `${name}_bucket${spell([...labels, ["le", number(bound)]])} ${count}`;
  });
  return [
    ...buckets,
    `${name}_sum${spell(labels)} ${number(value[bounds.length + 1]!)}`,
    `${name}_count${spell(labels)} ${count}`,
  ];
}

function spell(labels: readonly Label[]): string {
  if (labels.length === 0) return "";
  return `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(",")}}`;
}

/** As the format has it: backslash, quote and line feed, and nothing else. */
function escapeLabel(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
