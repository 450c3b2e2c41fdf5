/**
 * The results as JUnit XML: a suite for each recording or scenario, a test case for each of its checks. It keeps to what the
 * schemas of Jenkins' xUnit plugin (junit-10.xsd) and of Ant's JUnitReport (JUnit.xsd) both allow, which GitLab reads as well.
 */
import { spellMs } from "../numbers.js";
import {
  causeOf,
  expectationOf,
  factsOf,
  inspectCommand,
  momentOf,
  nameOf,
  shown,
  spellLatency,
} from "./check-words.js";
import { byName } from "./distribution.js";
import type { ResultsPlace } from "./open.js";
import { writeWhole } from "./output-file.js";
import type { Check, CheckResult, ResultReporter, RunResult } from "./result.js";
import { xmlAttributes, xmlText } from "./xml.js";

export function junitReporter({ file }: Pick<ResultsPlace, "file">): ResultReporter {
  return { end: (run) => writeWhole(file, junitDocument(run)) };
}

/** One test case. Its name is the same in every run, so that a CI server can follow it: no number that was measured is in it. */
interface Case {
  readonly name: string;
  readonly timeMs: number;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
}

export function junitDocument(run: RunResult): string {
  const taken = new Set<string>();
  const suites = [...byName(run.results)].map(([name, results], id) =>
    suiteOf(run, { name, results, id }, taken),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`;
}

interface Suite {
  readonly name: string;
  readonly results: readonly CheckResult[];
  readonly id: number;
}

function suiteOf(run: RunResult, { name, results, id }: Suite, taken: Set<string>): string {
  // What stands before the last dot is Jenkins' package.
  const group = shown(run.name).trim().replace(/\s+/g, ".") || "smartpbx-bridge";
  const suiteName = oneSpaced(nameOf({ name }));
  const classname = `${group}.${suiteName.replaceAll(".", "_")}`;
  const cases = unique(
    results.flatMap((result, k) => casesOf(result, runWord(result, k, results.length))),
    classname,
    taken,
  );
  const attributes = xmlAttributes({
    name: suiteName,
    package: group,
    id,
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure).length,
    errors: 0,
    skipped: 0,
    time: seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: timestamp(results[0]?.startedAt ?? run.startedAt),
    // Required; the real name says nothing about a call, and belongs to whoever runs this.
    hostname: "localhost",
  });
  return [
    `  <testsuite ${attributes}>\n    <properties/>\n`,
    ...cases.map((one) => caseElement(one, classname)),
    `    <system-out>${xmlText(results.map(measured).join("\n"))}</system-out>\n`,
    "    <system-err/>\n  </testsuite>\n",
  ].join("");
}

function caseElement({ name, timeMs, failure }: Case, classname: string): string {
  const attributes = xmlAttributes({ name, classname, time: seconds(timeMs) });
  if (!failure) return `    <testcase ${attributes}/>\n`;
  const { type, message, text } = failure;
  const inner = `<failure ${xmlAttributes({ type, message })}>${xmlText(text)}</failure>`;
  return `    <testcase ${attributes}>\n      ${inner}\n    </testcase>\n`;
}

/** The time of the call is shared by its checks: all of them were made while it ran. */
function casesOf(result: CheckResult, run: string): Case[] {
  const { checks, ok, durationMs } = result;
  const cases = checks.map((check) => ({
    name: run + oneSpaced(expectationOf(check)),
    timeMs: durationMs / checks.length,
    ...(!check.ok && { failure: failureOf(check, result) }),
  }));
  if (cases.length > 0 && (ok || cases.some(({ failure }) => failure))) return cases;
  // Never a silent pass, nor a failure that nothing shows.
  const message = causeOf(result);
  const failure = ok ? undefined : { type: "failed", message, text: [message, ...where(result)].join("\n") };
  return [...cases, { name: `${run}the call goes well`, timeMs: 0, ...(failure && { failure }) }];
}

function failureOf(check: Check, result: CheckResult): Case["failure"] {
  const message = shown(check.reason) || `${expectationOf(check)} did not hold`;
  const facts = [...factsOf(check), ...(check.at === undefined ? [] : [`at ${momentOf(check.at)}`])];
  const text = [message, expectationOf(check), facts.join("  "), ...where(result)].filter(Boolean).join("\n");
  return { type: check.measured === null ? "not-measured" : "expectation-failed", message, text };
}

function where(result: CheckResult): string[] {
  const { recording } = result;
  const command = inspectCommand(result);
  return [
    ...(recording === undefined ? [] : [`recorded in ${shown(recording)}`]),
    ...(command === undefined ? [] : [`look closer: ${command}`]),
  ];
}

/** What was measured in one call, in lines. */
function measured(result: CheckResult): string {
  const { firstAudioMs = [], checks, durationMs, callId } = result;
  const replies = firstAudioMs.map(spellLatency);
  const lines = [
    [nameOf(result), spellMs(durationMs), ...(callId === undefined ? [] : [`call ${shown(callId)}`])].join(
      "  ",
    ),
    ...(replies.length > 0 ? [`  first audio  ${replies.join("  ")}`] : []),
    ...checks.map((check) => {
      const mark = check.ok ? "ok    " : "failed";
      return `  ${[mark, expectationOf(check), ...factsOf(check)].join("  ")}`;
    }),
    ...where(result).map((line) => `  ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Tells the calls of a suite apart; a single one needs nothing. */
function runWord({ repeat }: CheckResult, index: number, results: number): string {
  return results === 1 && repeat === undefined ? "" : `run ${repeat ?? index + 1}: `;
}

/** GitLab takes two test cases of one name for one. @param taken what other cases are called */
function unique(cases: readonly Case[], classname: string, taken: Set<string>): Case[] {
  return cases.map((one) => {
    let name = one.name;
    // As they are written: characters that XML does not have are all the same there.
    const written = () => xmlText(`${classname}\n${name}`);
    for (let times = 2; taken.has(written()); times++) name = `${one.name} (${times})`;
    taken.add(written());
    return { ...one, name };
  });
}

/** As XML's tokens are. */
function oneSpaced(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

/** In UTC, without saying so: JUnit.xsd allows no zone. */
function timestamp(utc: string): string {
  const at = Date.parse(utc);
  return new Date(Number.isNaN(at) ? 0 : at).toISOString().slice(0, 19);
}
