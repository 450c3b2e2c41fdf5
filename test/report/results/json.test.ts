import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { distributions } from "../../../src/report/results/distribution.js";
import { jsonDocument, jsonReporter } from "../../../src/report/results/json.js";
import { jsonlReporter } from "../../../src/report/results/jsonl.js";
import { anyText } from "./any-text.js";
import { MIXED, place, result, run, tell } from "./runs.js";

const folder = mkdtempSync(join(tmpdir(), "smartpbx-json-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SPREAD = [
  {
    name: "hours",
    runs: 3,
    replies: [
      { reply: 1, came: 2, p50: 702, p95: 760, max: 760 },
      { reply: 2, came: 3, p50: 501, p95: 502, max: 502 },
    ],
  },
];
const TOTALS = { ok: false, passed: 4, failed: 1, checks: 7, distributions: SPREAD };

it("json is the run, with its totals and distributions", async () => {
  const file = join(folder, "run.json");
  await tell(jsonReporter({ file }), MIXED);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(
    JSON.parse(JSON.stringify({ version: 1, ...MIXED, ...TOTALS })),
  );
});

it("json gives any text back, and shows it safely", () => {
  fc.assert(
    fc.property(anyText, (name) => {
      const text = jsonDocument(run([result({ name })]));
      expect(JSON.parse(text).results[0].name).toBe(name);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Control}\p{Surrogate}\u202e\u2066]/u);
    }),
  );
});

it("jsonl has a line a result at once, and a summary last", async () => {
  const file = join(folder, "run.jsonl");
  const there = place({ file });
  const reporter = jsonlReporter(there);
  there.clock.advance(1500);
  const [first, ...others] = MIXED.results;
  reporter.result?.(first!);
  await expect.poll(() => readFileSync(file, "utf8").split("\n").length).toBe(2);
  for (const other of others) reporter.result?.(other);
  there.clock.advance(500);
  await reporter.end(MIXED);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const documents = lines.map((line) => JSON.parse(line));
  expect(documents.map(({ version, type, t }) => [version, type, t])).toEqual([
    ...MIXED.results.map(() => [1, "result", 1500]),
    [1, "summary", 2000],
  ]);
  expect(documents[0]).toMatchObject(first!);
  const { results: _, ...head } = MIXED;
  expect(documents.at(-1)).toEqual({ version: 1, type: "summary", t: 2000, ...head, results: 5, ...TOTALS });
});

it("one run has no distribution, and a reply that never came is not a fast one", () => {
  expect(distributions([result({ firstAudioMs: [1, 2] })])).toEqual([]);
  expect(distributions([result(), result()])).toEqual([]);
  const never = [result({ firstAudioMs: [null] }), result({ firstAudioMs: [] })];
  expect(distributions(never)[0]?.replies).toEqual([{ reply: 1, came: 0, p50: null, p95: null, max: null }]);
});
