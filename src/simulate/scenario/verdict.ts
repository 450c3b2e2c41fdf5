/** What became of each expectation, decided from the facts of the call and nothing else. */
import type { CallFacts, Span, StepFacts } from "./evidence.js";
import type { Expectation, Scenario } from "./scenario.js";

export interface Verdict {
  /** From 1; absent when it is about the whole call. */
  readonly step?: number;
  /** The expectation in words: `speaks within 2 s`. */
  readonly expect: string;
  readonly ok: boolean;
  /** In the unit of `limit`; null where there is nothing to measure. */
  readonly measured: number | string | null;
  readonly limit: number | string | null;
  readonly unit?: "ms" | "%";
  /** Why it failed, a sentence that stands alone; empty when it did not. */
  readonly reason: string;
}

/** Silence that shows that the agent has stopped: longer than its pauses between sentences. */
const STOPPED_MS = 1000;
/** Speech may be cut off at full scale for this part of the time before it is heard. */
const CLIPPING_SHARE = 0.01;
const LEAST_PACE = 0.8;

type Finding = Omit<Verdict, "step" | "expect" | "unit">;

/** One verdict for each expectation in order, after those on steps that failed. */
export function verdictsOf(scenario: Scenario, facts: CallFacts): Verdict[] {
  const ofSteps = scenario.steps.flatMap(({ action, expects }, k): Verdict[] => {
    const step = facts.steps[k];
    const failed: Verdict[] =
      step?.failure === undefined
        ? []
        : [{ step: k + 1, expect: action.do, ...fails(null, null, step.failure) }];
    const found = expects.map((expectation) => ({
      step: k + 1,
      ...wordsAndUnit(expectation),
      ...(isReached(step) ? ofStep(expectation, step, facts) : notReached(expectation, step, facts)),
    }));
    return [...failed, ...found];
  });
  const ofCall = scenario.expects.map((expectation) => ({
    ...wordsAndUnit(expectation),
    ...ofWhole(expectation, facts),
  }));
  return [...ofSteps, ...ofCall];
}

/** `stops within 500 ms`. */
export function wordsOf(expectation: Expectation): string {
  const words = expectation.that.replaceAll("-", " ");
  if ("ms" in expectation) return `${words} ${spell(expectation.ms)}`;
  if (expectation.that === "transcript-contains") return `${words} ${JSON.stringify(expectation.text)}`;
  return expectation.that === "ended-by" ? `${words} ${expectation.who}` : words;
}

function wordsAndUnit(expectation: Expectation): Pick<Verdict, "expect" | "unit"> {
  const unit = "ms" in expectation ? "ms" : expectation.that === "no-clipping" ? "%" : undefined;
  return { expect: wordsOf(expectation), ...(unit && { unit }) };
}

function ofStep(expectation: Expectation, step: StepFacts, facts: CallFacts): Finding {
  switch (expectation.that) {
    case "speaks-within":
      return speaksWithin(expectation.ms, step, facts);
    case "stops-within":
      return stopsWithin(expectation.ms, step, facts);
    case "silent-for":
      return silentFor(expectation.ms, step.startedAt, facts);
    case "transcript-contains":
      return transcriptContains(expectation.text, facts, step.startedAt);
    default:
      return ofWhole(expectation, facts);
  }
}

function ofWhole(expectation: Expectation, facts: CallFacts): Finding {
  switch (expectation.that) {
    case "talk-over-below": {
      const measured = Math.round(facts.talkOverMs);
      const ok = measured < expectation.ms;
      return finding(ok, measured, expectation.ms, `both spoke at once for ${spell(measured)}`);
    }
    case "no-clipping":
      return noClipping(facts);
    case "sounds-right":
      return soundsRight(facts);
    case "ended-by": {
      const reason = `${facts.endedBy} ended the call: ${facts.ending}`;
      return finding(facts.endedBy === expectation.who, facts.endedBy, expectation.who, reason);
    }
    case "transcript-contains":
      return transcriptContains(expectation.text, facts, Number.NEGATIVE_INFINITY);
    default:
      return ofStep(expectation, { startedAt: 0, actedFrom: 0, actedUntil: 0, failure: undefined }, facts);
  }
}

/** What the agent was saying before the caller began is no answer. */
function speaksWithin(
  limit: number,
  { startedAt, actedFrom, actedUntil }: StepFacts,
  facts: CallFacts,
): Finding {
  const { agentSpeech, endedAt, ending } = facts;
  const since = actedUntil ?? startedAt;
  const spoke = agentSpeech.find(
    ({ from, to }) => to > since && (actedFrom === undefined || from >= actedFrom),
  );
  if (!spoke) {
    const waited = Math.round(endedAt - since);
    const why =
      waited >= limit ? `the agent said nothing in ${spell(waited)}` : `the call ended before: ${ending}`;
    return fails(null, limit, why);
  }
  const measured = Math.max(0, Math.round(spoke.from - since));
  return finding(measured <= limit, measured, limit, `the agent spoke after ${spell(measured)}`);
}

function stopsWithin(limit: number, { actedFrom, actedUntil }: StepFacts, facts: CallFacts): Finding {
  const { agentSpeech, endedAt } = facts;
  if (actedFrom === undefined) return fails(null, limit, "the caller did not come to speak");
  const during = agentSpeech.findIndex(({ from, to }) => from <= actedFrom && to > actedFrom);
  if (during < 0) return fails(null, limit, "the agent did not speak when the caller began");
  const spokenUntil = actedUntil ?? endedAt;
  const last = agentSpeech.findIndex(
    ({ to }, k) => k >= during && hasStopped(to, agentSpeech[k + 1], spokenUntil),
  );
  const { to } = agentSpeech[last];
  const measured = Math.round(to - actedFrom);
  const goesOn = to >= endedAt;
  const reason = goesOn
    ? `the agent still spoke when the call ended, ${spell(measured)} later`
    : `the agent spoke on for ${spell(measured)}`;
  return finding(measured <= limit && !goesOn, measured, limit, reason);
}

/** Quiet for a second, or until the caller has finished: then what follows is an answer. */
function hasStopped(at: number, next: Span | undefined, callerUntil: number): boolean {
  return next === undefined || next.from >= Math.min(at + STOPPED_MS, Math.max(callerUntil, at));
}

function silentFor(limit: number, since: number, { agentSpeech, endedAt, ending }: CallFacts): Finding {
  const spoke = agentSpeech.find(({ to }) => to > since);
  const until = Math.min(spoke?.from ?? Number.POSITIVE_INFINITY, endedAt);
  const measured = Math.max(0, Math.round(until - since));
  const reason =
    spoke && spoke.from < endedAt
      ? `the agent spoke after ${spell(measured)}`
      : `the call ended before: ${ending}`;
  return finding(measured >= limit, Math.min(measured, limit), limit, reason);
}

function transcriptContains(wanted: string, { transcript }: CallFacts, since: number): Finding {
  if ("unknown" in transcript) return fails(null, wanted, transcript.unknown);
  const text = transcript
    .filter(({ spokenAt }) => spokenAt >= since)
    .map((line) => line.text)
    .join(" ");
  if (text === "") return fails(null, wanted, "the agent sent no transcript");
  const plain = (words: string) => words.toLowerCase().replace(/\s+/g, " ").trim();
  const reason = `the agent's transcript does not contain ${JSON.stringify(wanted)}`;
  return finding(plain(text).includes(plain(wanted)), null, wanted, reason);
}

function noClipping({ sound }: CallFacts): Finding {
  const { voicedMs, clippedMs } = sound;
  if (voicedMs === 0) return fails(null, null, "the agent said nothing that could be measured");
  const percent = Math.round((1000 * clippedMs) / voicedMs) / 10;
  const reason = `${percent} % of what the agent says is cut off at full scale`;
  return finding(clippedMs <= voicedMs * CLIPPING_SHARE, percent, 100 * CLIPPING_SHARE, reason);
}

function soundsRight({ sound }: CallFacts): Finding {
  const { voicedMs, smoothness, leastSmoothness, pace } = sound;
  if (voicedMs === 0) return fails(null, null, "the agent said nothing that could be measured");
  const measured = Math.round(smoothness * 100) / 100;
  if (smoothness < leastSmoothness) {
    const reason = "the agent sounds like noise: is its audio in another encoding than the call's?";
    return fails(measured, leastSmoothness, reason);
  }
  if (pace < LEAST_PACE) {
    const reason = `only ${Math.round(pace * 1000)} ms of audio came each second: is its encoding or sample rate another than the call's?`;
    return fails(Math.round(pace * 100) / 100, LEAST_PACE, reason);
  }
  return finding(true, measured, leastSmoothness, "");
}

/** A step that waited in vain, or that the call did not come to, shows nothing. */
function isReached(step: StepFacts | undefined): step is StepFacts {
  return step !== undefined && step.failure === undefined;
}

function notReached(expectation: Expectation, step: StepFacts | undefined, { ending }: CallFacts): Finding {
  const limit = "ms" in expectation ? expectation.ms : null;
  return fails(null, limit, step?.failure ?? `the call did not come to this step: ${ending}`);
}

function finding(
  ok: boolean,
  measured: Finding["measured"],
  limit: Finding["limit"],
  reason: string,
): Finding {
  return { ok, measured, limit, reason: ok ? "" : reason };
}

function fails(measured: Finding["measured"], limit: Finding["limit"], reason: string): Finding {
  return { ok: false, measured, limit, reason };
}

/** `800 ms`, `2 s`, `2.35 s`. */
export function spell(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 10) / 100} s`;
}
