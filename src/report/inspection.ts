/** What `inspect` tells of a recorded call, as plain data: for programs, and for the report page. */
import type { CallAnalysis } from "../analysis/call-analysis.js";
import type { CallFile } from "../recording/format.js";
import { type Redaction, redaction } from "../recording/redact.js";

/** People take a longer silence for a dead line; the analysis finds it a problem, too. */
export const SLOW_REPLY_MS = 2000;

export interface Inspection {
  readonly version: 1;
  readonly type: "inspection";
  readonly call: InspectedCall;
  readonly analysis: CallAnalysis;
  /** Replies that took longer are called slow. */
  readonly slowMs: number;
}

/** call.json, without what only keeps the recording together. */
export type InspectedCall = Omit<CallFile, "version" | "summary" | "counts" | "files">;

/** Masked unless `showPersonal`; what the recording masks stays so. */
export function inspection(call: CallFile, analysis: CallAnalysis, showPersonal: boolean): Inspection {
  const { version: _version, summary: _summary, counts: _counts, files: _files, ...facts } = call;
  const hides = redactionOf(call, showPersonal);
  return {
    version: 1,
    type: "inspection",
    call: hides
      ? {
          ...facts,
          caller: hides.number(facts.caller),
          callee: hides.number(facts.callee),
          personal: "masked",
          ...(facts.detail !== undefined && { detail: hides.text(facts.detail) }),
        }
      : facts,
    analysis: hides ? masked(analysis, hides) : analysis,
    slowMs: SLOW_REPLY_MS,
  };
}

/** How the call's personal data is to be hidden; undefined where nothing is, or the recording has done it. */
export function redactionOf({ personal }: CallFile, showPersonal: boolean): Redaction | undefined {
  return showPersonal || personal === "masked" ? undefined : redaction(false);
}

function masked(analysis: CallAnalysis, hides: Redaction): CallAnalysis {
  const { info, end } = analysis;
  return {
    ...analysis,
    info: info && { ...info, caller: hides.number(info.caller), callee: hides.number(info.callee) },
    keys: analysis.keys.map((key) => ({ ...key, digit: hides.digit(key.digit) })),
    transcripts: analysis.transcripts.map((said) => ({ ...said, text: hides.transcript(said.text) })),
    tools: analysis.tools.map((tool) => ({
      ...tool,
      ...(tool.args !== undefined && {
        args: hides.transcript(typeof tool.args === "string" ? tool.args : JSON.stringify(tool.args)),
      }),
    })),
    warnings: analysis.warnings.map((warning) => ({ ...warning, message: hides.text(warning.message) })),
    end: end && { ...end, detail: hides.text(end.detail) },
  };
}
