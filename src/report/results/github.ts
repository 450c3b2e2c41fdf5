/** The results for GitHub Actions: an annotation for each failure, and a table in the job's summary. */
import { appendFile } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { count, spellMs } from "../numbers.js";
import {
  causeOf,
  expectationOf,
  factsOf,
  firstAudioOf,
  momentOf,
  nameOf,
  shown,
  spellLatency,
} from "./check-words.js";
import { type Distribution, distributions } from "./distribution.js";
import { markdownText } from "./markdown.js";
import type { ResultsPlace } from "./open.js";
import type { CheckResult, ResultReporter, RunResult } from "./result.js";
import { totalsOf } from "./totals.js";

/** A summary may hold 1 MiB, and nobody reads longer tables. */
const MOST_ROWS = 500;

export function githubReporter({ out, env, cwd }: Pick<ResultsPlace, "out" | "env" | "cwd">): ResultReporter {
  return {
    async end(run) {
      const failures = run.results.filter(({ ok }) => !ok);
      for (const result of failures) out.write(`${annotation(result, { env, cwd })}\n`);
      const file = env.GITHUB_STEP_SUMMARY;
      if (!file) return;
      // The annotations have said what matters: a summary that cannot be written fails no job.
      await appendFile(file, `${jobSummary(run)}\n`).catch((error: NodeJS.ErrnoException) => {
        const why = `the job summary cannot be written (${error.code ?? error.message})`;
        out.write(`${workflowCommand("warning", {}, why)}\n`);
      });
    },
  };
}

function annotation(result: CheckResult, place: Pick<ResultsPlace, "env" | "cwd">): string {
  const others = result.checks
    .filter(({ ok }) => !ok)
    .map((check) => {
      const at = check.at === undefined ? [] : [`at ${momentOf(check.at)}`];
      return `✗ ${[expectationOf(check), ...factsOf(check), ...at].join("  ")}`;
    });
  const recorded = result.recording === undefined ? [] : [`recorded in ${shown(result.recording)}`];
  const file = result.file === undefined ? undefined : fromWorkspace(result.file, place);
  return workflowCommand(
    "error",
    { file, title: nameOf(result) },
    [causeOf(result), ...others, ...recorded].join("\n"),
  );
}

/**
 * `::error file=a.yaml,title=b::message`, escaped as GitHub's own toolkit does it.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function workflowCommand(
  command: "error" | "warning",
  properties: Readonly<Record<string, string | undefined>>,
  message: string,
): string {
  const given = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(value)}`],
  );
  return `::${command}${given.length > 0 ? ` ${given.join(",")}` : ""}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Annotations go to files of the repository, which need not be the current folder. */
function fromWorkspace(file: string, { env, cwd }: Pick<ResultsPlace, "env" | "cwd">): string {
  const workspace = env.GITHUB_WORKSPACE;
  if (!workspace) return file;
  const path = relative(workspace, resolve(cwd, file));
  return path.startsWith("..") || isAbsolute(path) ? file : path.split(sep).join("/");
}

/** In Markdown, as GitHub writes it. */
export function jobSummary(run: RunResult): string {
  const { ok, passed, failed, checks } = totalsOf(run);
  const outcome =
    run.results.length === 0
      ? "nothing was checked"
      : `${failed > 0 ? `${failed} failed, ` : ""}${passed} ok`;
  const ordered = [...run.results].sort((a, b) => Number(a.ok) - Number(b.ok));
  const left = ordered.length - MOST_ROWS;
  return [
    `### ${ok ? "✅" : "❌"} ${markdownText(shown(run.name))}: ${outcome}`,
    "",
    "| | call | first audio | duration | what went wrong |",
    "|---|---|---|---|---|",
    ...ordered.slice(0, MOST_ROWS).map(row),
    ...(left > 0 ? ["", `and ${left} more`] : []),
    "",
    `${count(checks, "check")} in ${spellMs(run.durationMs)}`,
    ...distributions(run.results).flatMap(distributionLines),
    "",
  ].join("\n");
}

function row(result: CheckResult): string {
  const cells = [
    result.ok ? "✅" : "❌",
    markdownText(nameOf(result)),
    firstAudioOf(result)?.p50 ?? "",
    spellMs(result.durationMs),
    result.ok ? "" : markdownText(causeOf(result)),
  ];
  return `| ${cells.join(" | ")} |`;
}

function distributionLines({ name, runs, replies }: Distribution): string[] {
  return [
    "",
    `First audio of ${markdownText(nameOf({ name }))}, ${count(runs, "run")}`,
    "",
    "| reply | came | p50 | p95 | max |",
    "|---|---|---|---|---|",
    ...replies.map(
      ({ reply, came, p50, p95, max }) =>
        `| ${reply} | ${came} of ${runs} | ${spellLatency(p50)} | ${spellLatency(p95)} | ${spellLatency(max)} |`,
    ),
  ];
}
