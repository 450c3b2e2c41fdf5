import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { metricNames, metrics } from "../../src/monitoring/metric-table.js";
import { ROOT } from "./pages.js";

const page = readFileSync(join(ROOT, "docs/monitoring.md"), "utf8");

/** A row of the page's table, as it is made from the table of metrics. */
const rows = metricNames.map((name) => {
  const { type, help, labels = [] } = metrics[name];
  const spelled = labels.length > 0 ? `{${labels.join(",")}}` : "";
  return `| \`${name}${spelled}\` | ${type} | ${help} |`;
});

test("docs/monitoring.md has every metric as it is", () => {
  expect(page.split("\n").filter((line) => /^\| `(smartpbx_bridge|process|nodejs)_/.test(line))).toEqual(
    rows,
  );
});

test("every label value that is known beforehand is named", () => {
  for (const name of metricNames) {
    for (const value of metrics[name].known ?? []) expect(page, `${name} ${value}`).toContain(`\`${value}\``);
  }
});
