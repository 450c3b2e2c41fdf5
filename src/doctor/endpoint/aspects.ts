/** What one ordinary call shows, as one check for each question that people ask about it. */
import type { CallAnalysis } from "../../analysis/call-analysis.js";
import type { Finding } from "../../analysis/finding.js";
import type { FindingKind } from "../../analysis/findings.js";
import { rankedRoots } from "../../analysis/root-causes.js";
import { spellDbfs, spellMs } from "../../analysis/spell.js";
import type { Examination } from "./examination.js";

export interface Conversed {
  readonly analysis: CallAnalysis;
  /** The caller spoke into the agent's speech. */
  readonly interrupted: boolean;
  /** The agent was heard after the caller's first words. */
  readonly answered: boolean;
  /** Something about time was seen that may be this computer's fault. */
  readonly isUnsure: boolean;
}

interface Aspect {
  readonly name: string;
  readonly what: string;
  readonly kinds: readonly FindingKind[];
  /** What is said where nothing was found; undefined when there was nothing to look at. */
  value(conversed: Conversed): string | undefined;
}

/** The nearest to the root first. */
const ASPECTS: readonly Aspect[] = [
  {
    name: "survives",
    what: "conversation",
    kinds: ["endpoint-dies", "agent-failed", "shared-session", "bad-message"],
    value: ({ analysis }) => `${spellMs(analysis.durationMs)} to the end`,
  },
  {
    name: "call-ids",
    what: "call ids",
    kinds: ["missing-ids", "wrong-ids"],
    value: ({ analysis }) =>
      analysis.agent.payloads > 0 ? `on all ${analysis.agent.payloads} media messages` : undefined,
  },
  {
    name: "answers",
    what: "answers",
    kinds: ["never-heard", "digital-silence", "never-voiced", "unanswered", "slow-replies"],
    value: ({ analysis, answered }) => {
      const [first] = analysis.utterances;
      if (first?.reply) return `first audio ${spellMs(first.reply.latencyMs)} after the caller's words`;
      return answered ? "speaks while it is spoken to" : undefined;
    },
  },
  {
    name: "encoding",
    what: "encoding and rate",
    kinds: [
      "file-header",
      "wrong-encoding",
      "wrong-rate",
      "zero-bytes",
      "odd-samples",
      "uneven-frames",
      "misheard-rate",
    ],
    value: ({ analysis }) =>
      analysis.agent.voicedMs > 0 ? `as start says, in ${analysis.agent.payloads} payloads` : undefined,
  },
  {
    name: "sound",
    what: "sound",
    kinds: ["ulaw-encoder", "odd-silence", "aliased", "clipped", "too-loud", "too-quiet", "dc-offset"],
    value: ({ analysis: { agent } }) =>
      agent.speechDbfs === undefined
        ? undefined
        : `speech at ${spellDbfs(agent.speechDbfs)}, peaks at ${spellDbfs(agent.peakDbfs ?? 0)}`,
  },
  {
    name: "pace",
    what: "pace",
    kinds: ["too-fast", "choppy", "audio-lost"],
    value: ({ analysis }) =>
      analysis.agent.voicedMs > 0 ? "sent as fast as it is heard, without holes" : undefined,
  },
  {
    name: "barge-in",
    what: "barge-in",
    kinds: ["barge-in-ignored"],
    value: ({ analysis, interrupted }) => {
      if (!interrupted) return undefined;
      const stops = analysis.bargeIns.flatMap(({ stoppedAfterMs }) => stoppedAfterMs ?? []);
      return stops.length > 0 ? `quiet ${spellMs(Math.max(...stops))} after the caller spoke` : "stops";
    },
  },
];
const UNSEEN: Readonly<Record<string, string>> = {
  "barge-in": "its answers are too short to speak into",
  "call-ids": "no media came",
};

/** @param found in the call, whatever the side: what is wrong with the caller, who is ours, is left out. */
export function reportAspects(
  exam: Examination,
  spelled: string,
  found: readonly Finding[],
  conversed: Conversed,
): void {
  let isNoise = false;
  const theirs = rankedRoots(found.filter(({ side }) => side !== "caller"));
  for (const aspect of ASPECTS) {
    const isOf = ({ code }: Finding) =>
      aspect.kinds.some((kind) => code === kind || code === `agent-${kind}`);
    const here = theirs.filter(isOf);
    const { name, what } = aspect;
    const value = aspect.value(conversed);
    if (name === "encoding") isNoise = here.some(({ severity }) => severity === "error");
    if (here.length > 0) exam.report(name, what, WORDS[name] ?? spelled, here);
    else if (conversed.isUnsure && (name === "pace" || name === "barge-in"))
      exam.skip(name, what, "this computer is too busy to judge it");
    else if (isNoise && name !== "encoding")
      exam.skip(name, what, "cannot be told: the audio is not what start says");
    else if (value === undefined || found.some((finding) => isOf(finding) && finding.side !== "caller"))
      exam.skip(
        name,
        what,
        value === undefined ? (UNSEEN[name] ?? "nothing was heard") : "follows from what was found above",
      );
    else exam.report(name, what, name === "survives" ? `${spelled}, to the end` : value);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  "call-ids": "not as start says",
  answers: "not as a caller expects",
  encoding: "not what start says",
  sound: "not as it should be",
  pace: "not that of speech",
  "barge-in": "the agent speaks on",
};

/** What all aspects together look at: an analysis may find more, which is not about endpoints. */
export const ASPECT_KINDS: readonly FindingKind[] = ASPECTS.flatMap(({ kinds }) => kinds);
