/** Whether the agent says the same words. Only where that is asked for: agents that think say it otherwise each time. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { type Comparison, type Difference, difference } from "./difference.js";

const MASKED = /^\[\d+ characters?\]$/;
const EXPECT = "the agent says the same words as recorded";

export function transcriptDifferences({ recorded, replayed, tolerances }: Comparison): Difference[] {
  if (tolerances.transcripts === "off") return [];
  const wanted = linesOf(recorded);
  const came = linesOf(replayed);
  const facts = { expect: EXPECT, measured: lines(came.length), limit: lines(wanted.length) };
  const reason = unknown(wanted, "recording") ?? unknown(came, "replay");
  if (reason) return [difference(facts, reason, { grade: "whole" })];
  const k = wanted.findIndex(({ text }, i) => plain(text) !== plain(came[i]?.text ?? ""));
  const other = k < 0 && came.length > wanted.length ? wanted.length : k;
  if (other < 0) return [difference(facts, undefined)];
  const said = came[other] ? "is otherwise" : "is missing";
  return [
    difference(
      { ...facts, ...(came[other] && { at: came[other].at }) },
      other >= wanted.length
        ? `the agent said ${lines(came.length)}; when recorded it said ${lines(wanted.length)}`
        : `line ${other + 1} of what the agent said ${said} than recorded`.replace(
            "missing than recorded",
            "missing",
          ),
      { since: came[other]?.at ?? replayed.durationMs },
    ),
  ];
}

type Lines = CallAnalysis["transcripts"];

function linesOf({ transcripts }: CallAnalysis): Lines {
  return transcripts.filter(({ who }) => who === "agent");
}

function unknown(transcript: Lines, where: string): string | undefined {
  if (transcript.length === 0)
    return `the ${where} holds no transcript of the agent, so words cannot be compared`;
  if (!transcript.some(({ text }) => MASKED.test(text))) return undefined;
  return `the transcripts of the ${where} are masked, so words cannot be compared; --show-personal keeps them`;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}
