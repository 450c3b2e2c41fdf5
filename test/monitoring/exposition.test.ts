import fc from "fast-check";
import { expect, test } from "vitest";
import { Counts } from "../../src/monitoring/counts.js";
import { exposition, family } from "../../src/monitoring/exposition.js";
import { metricNames, metrics } from "../../src/monitoring/metric-table.js";
import { readExposition } from "./read-exposition.js";

test("what has not happened yet stands at zero, so that rates begin there", () => {
  const families = readExposition(exposition(new Counts().snapshot()));
  const reasons = families.find(({ name }) => name === "smartpbx_bridge_calls_ended_total");
  expect(reasons?.samples).toContainEqual({
    name: "smartpbx_bridge_calls_ended_total",
    labels: { reason: "agent-ended" },
    value: 0,
  });
  // A gauge that nobody has set is not zero.
  expect(families.map(({ name }) => name)).toEqual(
    metricNames.filter((name) => metrics[name].type !== "gauge"),
  );
});

test("names follow the conventions: base units, counters end in _total", () => {
  for (const name of metricNames) {
    expect(name).toMatch(/^(smartpbx_bridge|process|nodejs)_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(metrics[name].type === "counter");
    if (metrics[name].type === "histogram") expect(name).toMatch(/_seconds$/);
    expect(name).not.toMatch(/_(ms|milliseconds|percent)/);
  }
});

test("whatever the labels and numbers, a strict reader reads the same", () => {
  const label = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "n", "é", "\u{1f600}") }),
  );
  const value = fc.oneof(fc.double(), fc.nat(), fc.constantFrom(Number.POSITIVE_INFINITY, 1e21, 5e-324));
  const values = fc.uniqueArray(fc.tuple(label, label, value), {
    selector: ([a, b]) => JSON.stringify([a, b]),
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.string(), values, (help, given) => {
      const metric = { type: "gauge", help: help.trim() || "x", labels: ["a", "b"] } as const;
      const byLabels = Object.fromEntries(given.map(([a, b, number]) => [JSON.stringify([a, b]), [number]]));
      const [read] = readExposition(family("some_gauge", metric, byLabels));
      expect(read?.samples).toHaveLength(given.length);
      for (const [a, b, number] of given) {
        const sample = read?.samples.find(({ labels }) => labels.a === a && labels.b === b);
        expect(sample?.value).toEqual(number === 0 ? 0 : number);
      }
    }),
  );
});

test("a histogram is cumulative, and its sum and count are right", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true })), (measured) => {
      const counts = new Counts();
      for (const one of measured) counts.observe("smartpbx_bridge_first_audio_seconds", one);
      const families = readExposition(exposition(counts.snapshot()));
      const read = families.find(({ name }) => name === "smartpbx_bridge_first_audio_seconds");
      const sample = (suffix: string, le?: string) =>
        read?.samples.find(({ name, labels }) => name.endsWith(suffix) && labels.le === le)?.value;
      expect(sample("_count")).toBe(measured.length);
      expect(sample("_sum")).toBeCloseTo(
        measured.reduce((sum, one) => sum + one, 0),
        6,
      );
      expect(sample("_bucket", "1")).toBe(measured.filter((one) => one <= 1).length);
      expect(sample("_bucket", "+Inf")).toBe(measured.length);
    }),
  );
});
