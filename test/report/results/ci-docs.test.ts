/** What docs/ci.md tells people to paste. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { parseReporters } from "../../../src/config/reporters.js";
import { REPORTER_NAMES } from "../../../src/report/results/reporter-names.js";

const text = readFileSync(new URL("../../../docs/ci.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, kind, body]) => ({
  kind,
  body: body!,
}));

it("names every reporter", () => {
  const rows = [...text.matchAll(/^\| `(\w+)(:FILE)?` \|/gm)].map(([, name]) => name);
  expect(rows).toEqual(REPORTER_NAMES);
});

it("has reporters that can be read, and workflows that are YAML", () => {
  const specs = blocks
    .flatMap(({ body }) => [...body.matchAll(/--reporter (\S+?)'?$/gm)])
    .map(([, spec]) => spec!);
  expect(specs.length).toBeGreaterThanOrEqual(5);
  for (const spec of specs) expect(parseReporters([spec]).length).toBeGreaterThan(1);
  const [github, gitlab] = blocks.filter(({ kind }) => kind === "yaml").map(({ body }) => parse(body));
  expect(github.jobs.calls.steps).toHaveLength(5);
  expect(gitlab.calls.artifacts.reports.junit).toBe("results.xml");
});
