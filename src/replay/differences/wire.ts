/** What is wrong with the messages and the sound themselves that was not wrong before. */
import type { Finding } from "../../analysis/finding.js";
import type { FindingKind } from "../../analysis/findings.js";
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
/** Findings that explain whatever else differs. What follows from when somebody spoke is told better by what differs there. */
const CAUSES: readonly FindingKind[] = [
  "missing-ids",
  "wrong-ids",
  "bad-message",
  "wrong-encoding",
  "wrong-rate",
  "file-header",
  "zero-bytes",
  "odd-samples",
  "digital-silence",
  "not-our-protocol",
];
/** A computer that is busy while it replays makes holes in speech as well as an agent does. */
const NOT_TOLD: readonly FindingKind[] = ["choppy"];
/** Findings that are no more than a warning by themselves, but a failure where they are new. */
const NOT_NEW: readonly FindingKind[] = ["wrong-encoding", "clipped", "dc-offset"];

const EXPECT = "no problem that was not there before";

/** One for each new problem; else one that holds. Less is never a failure. */
export function wireDifferences({ replayed, expected, tolerances }: Comparison): Difference[] {
  const isNew = ({ code }: { readonly code: string }) =>
    !expected.problems.includes(code) && !tolerances.ignored.includes(code);
  const findings = replayed.findings.filter(
    (finding) =>
      finding.side !== "caller" &&
      (finding.severity === "error" || is(finding, NOT_NEW)) &&
      !is(finding, NOT_TOLD) &&
      isNew(finding),
  );
  const warnings = replayed.warnings.filter(
    (warning) =>
      (WIRE_FAULTS as readonly string[]).includes(warning.code) &&
      isNew(warning) &&
      !replayed.findings.some(({ seen }) => seen.startsWith(warning.message.replace(/[.:]$/, ""))),
  );
  const found = [
    ...warnings.map(({ code, message, at, count }) => {
      const often = count > 1 ? ` It came ${count} times.` : "";
      return failed(code, `${message}${often}`, at, "wire");
    }),
    ...findings.map((finding) => {
      const { code, seen, why, at } = finding;
      return failed(code, `${seen} ${why}`.trim(), at, is(finding, CAUSES) ? "wire" : "whole");
    }),
  ];
  if (found.length > 0) return found;
  return [difference({ expect: EXPECT, measured: "none", limit: "none" }, undefined, { grade: "wire" })];
}

/** Codes may begin with the side: `agent-clipped`. */
function is({ code, side }: Finding, kinds: readonly FindingKind[]): boolean {
  return (kinds as readonly string[]).includes(code.replace(`${side}-`, ""));
}

function failed(code: string, reason: string, at: number | undefined, grade: Grade): Difference {
  const facts = { expect: EXPECT, measured: code, limit: "none", ...(at !== undefined && { at }) };
  return difference(facts, reason, { grade });
}
