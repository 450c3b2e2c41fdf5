/** What the caller heard of the agent, how it sounded, who ended the call, and what was expected of it. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import { type Duration, durationMs, spellMs } from "../duration.js";
import type { PlacedCall } from "../placed-call.js";
import { atTime, type Judgement } from "./judgement.js";

/** How much speech must be heard, and how loud: in ms, and in dB below full scale (speech on a telephone is around -25). */
export interface HeardSpeech {
  readonly atLeast?: Duration;
  readonly louderThan?: number;
}

/** A click is no speech. */
const LEAST_SPEECH_MS = 100;

/** @throws TypeError for no words at all, which every text holds. */
export function heardWords({ transcripts }: CallAnalysis, words: string | RegExp): Judgement {
  if (words === "") throw new TypeError("toHaveHeard is given an empty text: leave it out to ask for speech");
  const text = plain(
    transcripts
      .filter(({ who }) => who === "agent")
      .map((line) => line.text)
      .join(" "),
  );
  const wanted = typeof words === "string" ? JSON.stringify(words) : String(words);
  if (text === "") {
    const says = `whether the caller heard ${wanted} is not known: the call has no transcript of the agent`;
    return {
      holds: undefined,
      says,
      lines: ["A url carries none: call an agent that gives transcripts, or ask toHaveHeard() for speech."],
    };
  }
  // A regular expression with the flag g or y remembers where it was.
  const holds =
    typeof words === "string"
      ? text.toLowerCase().includes(plain(words).toLowerCase())
      : new RegExp(words.source, words.flags.replace(/[gy]/g, "")).test(text);
  const says = `the agent ${holds ? "said" : "did not say"} ${wanted}`;
  return { holds, says, lines: [`it said: ${text.length > 500 ? `${text.slice(0, 500)}…` : text}`] };
}

/** Case and spaces are not what tests are about. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function heardSpeech({ agent, end }: CallAnalysis, wanted: HeardSpeech = {}): Judgement {
  const atLeastMs = Math.max(durationMs(wanted.atLeast ?? LEAST_SPEECH_MS), 1);
  const { louderThan = Number.NEGATIVE_INFINITY } = wanted;
  const { voicedMs, speechDbfs, payloads } = agent;
  if (payloads === 0)
    return { holds: false, says: `the caller heard nothing at all${end ? `: ${end.detail}` : ""}` };
  const level = speechDbfs === undefined ? "" : ` at ${Math.round(speechDbfs * 10) / 10} dBFS`;
  const wants = [`${spellMs(atLeastMs)} are wanted`, louderThan > -999 && `louder than ${louderThan} dBFS`];
  return {
    holds: voicedMs >= atLeastMs && (speechDbfs ?? Number.NEGATIVE_INFINITY) > louderThan,
    says: `the caller heard ${spellMs(voicedMs)} of speech${level}; ${wants.filter(Boolean).join(", ")}`,
  };
}

export function soundsRight({ agent, findings }: CallAnalysis): Judgement {
  if (agent.voicedMs < LEAST_SPEECH_MS)
    return { holds: undefined, says: "how the agent sounds was not measured, for it was not heard speaking" };
  const wrong = findings.filter(({ side, severity }) => side === "agent" && severity === "error");
  const lines = wrong.flatMap(({ code, seen, fix, at }) => [
    `${code}${at === undefined ? "" : ` ${atTime(at)}`}: ${seen}`,
    `  ${fix}`,
  ]);
  if (wrong.length === 0) return { holds: true, says: "nothing is wrong with the agent's sound" };
  return { holds: false, says: wrong[0]?.seen ?? "", lines };
}

export function endedBy({ end }: CallAnalysis, who: "agent" | "caller"): Judgement {
  if (!end) return { holds: undefined, says: "who ended the call is not known: its end was not seen" };
  const by = end.reason === "agent-ended" ? "agent" : end.reason.startsWith("caller-") ? "caller" : undefined;
  const what = by ? `the ${by} ended the call` : "nobody ended the call, it broke off";
  return { holds: by === who, says: `${what} ${atTime(end.at)}: ${end.detail}` };
}

export function meetsExpectations({ verdicts, ok, detail }: PlacedCall): Judgement {
  const failed = verdicts.filter((verdict) => !verdict.ok);
  const lines = failed.map(({ step, expect, reason, measured, unit }) => {
    const value = measured === null || reason !== "" ? "" : `  ${measured}${unit ? ` ${unit}` : ""}`;
    return `✗ ${step === undefined ? "call" : `step ${step}`}  ${expect}${value}  ${reason}`.trimEnd();
  });
  if (!ok) return { holds: false, says: detail, lines };
  if (verdicts.length === 0)
    return { holds: undefined, says: "nothing was expected of this call: its scenario says nothing of it" };
  return {
    holds: failed.length === 0,
    says: `${verdicts.length - failed.length} of ${verdicts.length} came true`,
    lines,
  };
}
