/** How fast the agent answered and fell silent, and whether both spoke at once. */
import type { CallAnalysis, Utterance } from "../../analysis/call-analysis.js";
import { spellMs } from "../duration.js";
import { atTime, type Judgement } from "./judgement.js";

/** One turn of the caller: its reply came, did not come though there was time for it, or was not waited for. */
type Answer = { readonly ms: number } | "missing" | "not waited for";

/** @param turn from 1; without it all turns are judged. */
export function repliesWithin(analysis: CallAnalysis, limitMs: number, turn?: number): Judgement {
  const { utterances } = analysis;
  if (utterances.length === 0)
    return { holds: undefined, says: "no reply was measured, for the caller said nothing" };
  if (turn !== undefined && !utterances[turn - 1]) {
    const said = utterances.length === 1 ? "once" : `${utterances.length} times`;
    return { holds: undefined, says: `there is no turn ${turn}: the caller spoke ${said}` };
  }
  const answers = utterances.map((_, k) => answer(analysis, k, limitMs));
  const lines = answers.map((one, k) => lineOf(one, utterances[k] as Utterance, k));
  const asked = answers.map((one, k) => ({ one, k })).filter(({ k }) => turn === undefined || k === turn - 1);
  const known = asked.filter(({ one }) => one !== "not waited for");
  if (known.length === 0)
    return { holds: undefined, says: `no reply was measured within ${spellMs(limitMs)}`, lines };
  const late = known.filter(({ one }) => one === "missing" || msOf(one) > limitMs);
  // A turn without any answer is graver than a late one.
  const worst = known.reduce((a, b) => (msOf(b.one) > msOf(a.one) ? b : a));
  const where = `turn ${worst.k + 1}, ${atTime((utterances[worst.k] as Utterance).to)}`;
  const measured =
    worst.one === "missing" ? `none came (${where})` : `${spellMs(msOf(worst.one))} (${where})`;
  if (late.length === 0)
    return { holds: true, says: `replies came within ${spellMs(limitMs)}: at most ${measured}`, lines };
  const which = worst.one === "missing" ? "a reply is missing" : "a reply came too late";
  return { holds: false, says: `${which}: ${measured}, ${spellMs(limitMs)} are allowed`, lines };
}

function answer({ utterances, end, durationMs }: CallAnalysis, k: number, limitMs: number): Answer {
  const { to, reply } = utterances[k] as Utterance;
  if (reply) return { ms: reply.latencyMs };
  const until = utterances[k + 1]?.from ?? end?.at ?? durationMs;
  return until - to > limitMs ? "missing" : "not waited for";
}

function msOf(one: Answer): number {
  return typeof one === "object" ? one.ms : Number.POSITIVE_INFINITY;
}

function lineOf(one: Answer, { from, to }: Utterance, k: number): string {
  const what =
    typeof one === "object"
      ? `reply after ${spellMs(one.ms)}`
      : one === "missing"
        ? "no reply"
        : "no time for a reply";
  return `turn ${k + 1}  the caller spoke ${spellSpan(from, to)}  ${what}`;
}

function spellSpan(from: number, to: number): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(2);
  return `${seconds(from)}–${seconds(to)} s`;
}

export function stopsWithin({ bargeIns, end, durationMs }: CallAnalysis, limitMs: number): Judgement {
  if (bargeIns.length === 0)
    return {
      holds: undefined,
      says: "no stop was measured, for the caller never spoke into the agent's words",
    };
  const endsAt = end?.at ?? durationMs;
  const measured = bargeIns.map(({ at, stoppedAfterMs }) => ({
    at,
    ms: stoppedAfterMs ?? endsAt - at,
    goesOn: stoppedAfterMs === undefined,
  }));
  const lines = measured.map(
    ({ at, ms, goesOn }) =>
      `barge-in ${atTime(at)}  ${goesOn ? `spoke on until the call ended ${spellMs(ms)} later` : `silent after ${spellMs(ms)}`}`,
  );
  const late = measured.filter(({ ms, goesOn }) => goesOn || ms > limitMs);
  // Where the call ended too soon to tell, it is no proof of either.
  if (late.length > 0 && late.every(({ ms, goesOn }) => goesOn && ms <= limitMs))
    return {
      holds: undefined,
      says: `the call ended before ${spellMs(limitMs)} had passed since the barge-in`,
      lines,
    };
  const worst = (late.length > 0 ? late : measured).reduce((a, b) => (b.ms > a.ms ? b : a));
  if (late.length === 0)
    return {
      holds: true,
      says: `the agent fell silent within ${spellMs(limitMs)}: after at most ${spellMs(worst.ms)}`,
      lines,
    };
  return {
    holds: false,
    says: `the agent spoke on for ${spellMs(worst.ms)} after the barge-in ${atTime(worst.at)}, ${spellMs(limitMs)} are allowed`,
    lines,
  };
}

export function talkOverAtMost(analysis: CallAnalysis, limitMs: number): Judgement {
  const { utterances, agentSpeech, talkOverMs } = analysis;
  if (utterances.length === 0 || agentSpeech.length === 0) {
    const who = utterances.length === 0 ? "the caller" : "the agent";
    return { holds: undefined, says: `talk-over was not measured, for ${who} said nothing` };
  }
  const lines = overlaps(analysis).map(({ from, to }) => `both spoke ${spellSpan(from, to)}`);
  const says = `both spoke at once for ${spellMs(talkOverMs)}, ${spellMs(limitMs)} are allowed`;
  return { holds: talkOverMs <= limitMs, says, lines };
}

/** Where both stretches of speech lie over each other; their pauses are not talk-over, so these are only where to look. */
function overlaps({ utterances, agentSpeech }: CallAnalysis): { from: number; to: number }[] {
  return utterances.flatMap((said) =>
    agentSpeech
      .map((spoke) => ({ from: Math.max(said.from, spoke.from), to: Math.min(said.to, spoke.to) }))
      .filter(({ from, to }) => to > from),
  );
}
