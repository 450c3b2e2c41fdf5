/** Who answered whom: utterances with their replies, the greeting, barge-ins and talk-over, from both sides' speech. */
import type { BargeIn, Reply, Span, Utterance } from "./call-analysis.js";
import type { Speech } from "./speech-spans.js";

export interface Side {
  readonly spans: readonly Speech[];
  readonly voiced: readonly Span[];
}

export interface Conversation {
  readonly utterances: readonly Utterance[];
  readonly greetingMs: number | undefined;
  readonly bargeIns: readonly BargeIn[];
  readonly talkOverMs: number;
}

/** An agent that has sent silence for longer than this was not about to greet. */
const GREETING_ATTACK_MS = 500;
/** Less than this of both at once is no barge-in: one ended where the other began. */
const LEAST_OVERLAP_MS = 40;

/** @param overAt when the call ended, or Infinity: agent speech that lasts until then did not stop. */
export function conversationOf(caller: Side, agent: Side, overAt: number): Conversation {
  return {
    utterances: utterances(caller.spans, agent.spans),
    greetingMs: greeting(caller.spans, agent.spans),
    bargeIns: bargeIns(caller.spans, agent.spans, overAt),
    talkOverMs: overlapMs(caller.voiced, agent.voiced),
  };
}

function utterances(caller: readonly Speech[], agent: readonly Speech[]): Utterance[] {
  let next = 0;
  return caller.map(({ from, to }, i) => {
    const until = caller[i + 1]?.from ?? Number.POSITIVE_INFINITY;
    while (next < agent.length && agent[next]!.sentAt < to) next++;
    const first = next;
    while (next < agent.length && agent[next]!.from < until) next++;
    return { from, to, reply: first < next ? reply(to, agent.slice(first, next)) : undefined };
  });
}

function reply(to: number, parts: readonly Speech[]): Reply {
  const first = parts[0]!;
  const last = parts[parts.length - 1]!;
  const voicedMs = parts.reduce((ms, part) => ms + part.voicedMs, 0);
  const energy = parts.reduce((sum, part) => sum + part.level * part.voicedMs, 0);
  return {
    from: first.from,
    to: last.to,
    // Silence at the head of a reply belongs to it, unless it was under way before the caller had finished.
    latencyMs: (first.burstAt >= to ? first.burstAt : first.sentAt) - to,
    voicedMs,
    speechDbfs: 10 * Math.log10(energy / voicedMs),
  };
}

function greeting(caller: readonly Speech[], agent: readonly Speech[]): number | undefined {
  const first = agent[0];
  if (!first || (caller[0] && caller[0].from <= first.sentAt)) return undefined;
  return first.sentAt - first.burstAt <= GREETING_ATTACK_MS ? first.burstAt : first.sentAt;
}

function bargeIns(caller: readonly Speech[], agent: readonly Speech[], overAt: number): BargeIn[] {
  const found: BargeIn[] = [];
  let at = 0;
  for (const { from, to } of caller) {
    while (at < agent.length && agent[at]!.to - from < LEAST_OVERLAP_MS) at++;
    if (at === agent.length) break;
    if (agent[at]!.from >= from) continue;
    // What it began to say while the caller still spoke is not a reply: it just went on.
    let last = at;
    while (last + 1 < agent.length && agent[last + 1]!.sentAt < to) last++;
    const stoppedAt = agent[last]!.to;
    found.push({ at: from, stoppedAfterMs: stoppedAt >= overAt ? undefined : stoppedAt - from });
  }
  return found;
}

/** Milliseconds that lie in a span of both lists. Each is in order, and its spans do not overlap. */
function overlapMs(a: readonly Span[], b: readonly Span[]): number {
  let ms = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    ms += Math.max(0, Math.min(a[i]!.to, b[j]!.to) - Math.max(a[i]!.from, b[j]!.from));
    if (a[i]!.to < b[j]!.to) i++;
    else j++;
  }
  return ms;
}
