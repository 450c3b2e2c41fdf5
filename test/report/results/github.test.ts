import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { githubReporter, jobSummary, workflowCommand } from "../../../src/report/results/github.js";
import { markdownText } from "../../../src/report/results/markdown.js";
import { anyText } from "./any-text.js";
import { check, MIXED, place, result, run, tell } from "./runs.js";

const folder = mkdtempSync(join(tmpdir(), "smartpbx-github-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As GitHub's runner reads a command. */
function read(line: string) {
  const match = /^::([a-z]+)(?: ([^\n]*?))?::(.*)$/s.exec(line);
  if (!match) throw new Error(`no command: ${line}`);
  const data = (text: string) => text.replace(/%0D/g, "\r").replace(/%0A/g, "\n").replace(/%25/g, "%");
  const value = (text: string) =>
    text
      .replace(/%0D/g, "\r")
      .replace(/%0A/g, "\n")
      .replace(/%3A/g, ":")
      .replace(/%2C/g, ",")
      .replace(/%25/g, "%");
  const properties = (match[2] ?? "").split(",").filter(Boolean);
  return {
    command: match[1],
    properties: Object.fromEntries(
      properties.map((part) => [part.slice(0, part.indexOf("=")), value(part.slice(part.indexOf("=") + 1))]),
    ),
    message: data(match[3] ?? ""),
  };
}

describe("annotations", () => {
  it("come back as they were, whatever the texts are", () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (file, title, message) => {
        const line = workflowCommand("error", { file, title }, message);
        expect(line).not.toMatch(/[\r\n]/);
        expect(read(line)).toEqual({ command: "error", properties: { file, title }, message });
      }),
    );
  });

  it("name the cause first, and the file as the repository has it", async () => {
    const there = place({ cwd: "/repo/calls" });
    there.env.GITHUB_WORKSPACE = "/repo";
    const checks = [
      check({ ok: false, step: 2, measured: 2400, reason: "the agent spoke after 2.4 s", at: 9000 }),
      check(),
      check({ ok: false, expect: "sounds right", measured: null, limit: null, reason: "noise" }),
    ];
    await tell(
      githubReporter(there),
      run([result({ file: "hours.yaml", recording: "rec/1", checks }), result({ name: "fine" })]),
    );
    expect(there.out.lines.map(read)).toEqual([
      {
        command: "error",
        properties: { file: "calls/hours.yaml", title: "conversation" },
        message: [
          "the agent spoke after 2.4 s",
          "✗ step 2  speaks within 2 s  measured 2.4 s  limit 2.0 s  at 0:09.0",
          "✗ sounds right",
          "recorded in rec/1",
        ].join("\n"),
      },
    ]);
  });
});

describe("the job summary", () => {
  it("is a table, failures first, and the distributions", () => {
    expect(jobSummary(MIXED)).toBe(
      `\
### ❌ smartpbx-bridge simulate: 1 failed, 4 ok

| | call | first audio | duration | what went wrong |
|---|---|---|---|---|
| ❌ | 20261122T131826.363Z-33213960-7595-47a9-87b0-f9ac2f97777d |  | 4.1 s | the agent spoke on for 1.24 s after the caller broke in |
| ✅ | conversation | 640 ms | 4.1 s |  |
| ✅ | hours, run 1 | 500 ms | 4.1 s |  |
| ✅ | hours, run 2 | 501 ms | 4.1 s |  |
| ✅ | hours, run 3 | 502 ms | 4.1 s |  |

7 checks in 14.2 s

First audio of hours, 3 runs

| reply | came | p50 | p95 | max |
|---|---|---|---|---|
| 1 | 2 of 3 | 702 ms | 760 ms | 760 ms |
| 2 | 3 of 3 | 501 ms | 502 ms | 502 ms |
`,
    );
  });

  it("keeps its columns, whatever the texts are", () => {
    fc.assert(
      fc.property(anyText, anyText, (name, reason) => {
        const text = jobSummary(run([result({ name, checks: [check({ ok: false, reason })] })]));
        const row = text.split("\n").find((line) => line.startsWith("| ❌"));
        expect(row?.match(/(?<!\\)(?:\\\\)*\|/g)?.length).toBe(6);
      }),
    );
  });

  it("shows texts as they are", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(markdownText(text).replace(/\\([!-/:-@[-`{-~])/g, "$1")).toBe(text.replace(/\s+/g, " "));
      }),
    );
    expect(markdownText("a|b <b> `c` [d](e) *f*")).toBe("a\\|b \\<b\\> \\`c\\` \\[d\\]\\(e\\) \\*f\\*");
  });

  it("is added to what other steps wrote; without a place for it, or with a bad one, the annotations stand", async () => {
    const there = place();
    there.env.GITHUB_STEP_SUMMARY = join(folder, "summary.md");
    await tell(githubReporter(there), MIXED);
    await tell(githubReporter(there), MIXED);
    expect(readFileSync(there.env.GITHUB_STEP_SUMMARY, "utf8")).toBe(`${jobSummary(MIXED)}\n`.repeat(2));
    there.env.GITHUB_STEP_SUMMARY = join(folder, "none", "summary.md");
    const before = there.out.lines.length;
    await tell(githubReporter(there), MIXED);
    expect(existsSync(join(folder, "none"))).toBe(false);
    const said = there.out.lines.slice(before).map(read);
    expect(said.map(({ command }) => command)).toEqual(["error", "warning"]);
    expect(said[1]?.message).toBe("the job summary cannot be written (ENOENT)");
  });

  it("is cut where nobody would read on", () => {
    const many = run(Array.from({ length: 620 }, (_, k) => result({ name: `call ${k}` })));
    expect(jobSummary(many)).toContain("\n\nand 120 more\n");
  });
});
