/** What is wrong with the messages and the sound themselves that was not wrong before. */
import type { ComplaintCode } from "../../simulate/complaints.js";
import { type Comparison, type Difference, difference, type Grade } from "./difference.js";

/** What an endpoint can do wrong on the wire. Other warnings tell of our own doings. */
const WIRE_FAULTS: readonly ComplaintCode[] = [
  "missing-ids",
  "wrong-ids",
  "not-media",
  "odd-length-pcm",
  "flood",
  "malformed-json",
  "binary-frame",
  "no-event",
  "bad-payload",
];

const EXPECT = "no problem that was not there before";

/** One for each new problem; else one that holds. Less is never a failure. */
export function wireDifferences({ replayed, expected, tolerances }: Comparison): Difference[] {
  const isNew = ({ code }: { readonly code: string }) =>
    !expected.problems.includes(code) && !tolerances.ignored.includes(code);
  const findings = replayed.findings.filter(
    (finding) => finding.severity === "error" && finding.side !== "caller" && isNew(finding),
  );
  const known = new Set(findings.map(({ code }) => code));
  const warnings = replayed.warnings.filter(
    ({ code }) => (WIRE_FAULTS as readonly string[]).includes(code) && !known.has(code),
  );
  const found = [
    ...warnings.filter(isNew).map(({ code, message, at, count }) => {
      const often = count > 1 ? ` It came ${count} times.` : "";
      return failed(code, `${message}${often}`, at, "wire");
    }),
    ...findings.map(({ code, seen, why, at }) => failed(code, `${seen} ${why}`, at, gradeOf(code))),
  ];
  if (found.length > 0) return found;
  return [difference({ expect: EXPECT, measured: "none", limit: "none" }, undefined, { grade: "wire" })];
}

function failed(code: string, reason: string, at: number | undefined, grade: Grade): Difference {
  const facts = { expect: EXPECT, measured: code, limit: "none", ...(at !== undefined && { at }) };
  return difference(facts, reason, { grade });
}

/** What follows from when somebody spoke is told better by what differs there. */
const CONVERSATION = /silent|silence|repl|late|slow|greet|talk|barge|interrupt|end/;

function gradeOf(code: string): Grade {
  return CONVERSATION.test(code) ? "whole" : "wire";
}
