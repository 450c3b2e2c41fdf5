/** What a recorded caller did, act by act, and what each waited for: an agent's turn, an agent's speech, or the caller's own last act. Pure. */
import type { Span } from "../analysis/call-analysis.js";
import { HANGOVER_MS, ONSET_MS } from "../call/turns.js";
import type { CallerSide, RecordedKey } from "./caller-side.js";
import { startsOf } from "./payload-times.js";

/** What has to happen before an act. Delays are those of the recording. */
export type Anchor =
  /** The end of what the caller did before; the beginning of the call for the first. */
  | { readonly after: "own"; readonly delayMs: number }
  /** The agent has begun to speak `turns` times since the caller's last act began, and speaks for `delayMs`. */
  | {
      readonly after: "agent-began";
      readonly delayMs: number;
      readonly turns: number;
      readonly sinceFirstMs: number;
    }
  /** The agent has done so and is quiet for `delayMs`. It paused for at most `pauseMs` between its turns. */
  | {
      readonly after: "agent-done";
      readonly delayMs: number;
      readonly turns: number;
      readonly pauseMs: number;
    };

interface Timed {
  readonly anchor: Anchor;
  /** From the caller's last act to this one, in the recording: whoever waits this long and some more goes on anyway. */
  readonly gapMs: number;
}

/** An utterance: the payloads from `from` up to `to`, of which the first `leadMs` come before the voice. */
export interface Words extends Timed {
  readonly type: "words";
  readonly from: number;
  readonly to: number;
  readonly leadMs: number;
  /** From the first voiced payload to the end of the last. */
  readonly spokenMs: number;
  /** Pressed while it is said. */
  readonly keys: readonly RecordedKey[];
}

export type Act =
  | Words
  | (Timed & { readonly type: "key"; readonly key: RecordedKey })
  | (Timed & { readonly type: "end" });

/** What is sent of the quiet before and after an utterance: its breath, and sounds too soft to count. */
const LEAD_MS = 200;
const TAIL_MS = 200;
/** Whoever goes on this soon waited for nobody. */
const AT_ONCE_MS = 100;

/** @param agentSpeech when the agent was heard, in the order of time. */
export function callerActs(
  side: Pick<CallerSide, "payloads" | "keys" | "end">,
  agentSpeech: readonly Span[],
): Act[] {
  const starts = startsOf(side.payloads);
  const utterances = cut(side.payloads, starts);
  const acts: Act[] = [];
  /** The caller's last act. */
  let last: Span = { from: 0, to: 0 };
  const add = (
    span: Span,
    act: Omit<Words, keyof Timed> | { type: "key"; key: RecordedKey } | { type: "end" },
  ) => {
    const anchor = anchorOf(span.from, last, agentSpeech);
    acts.push({ ...act, anchor, gapMs: Math.max(0, span.from - last.to) } as Act);
    last = { from: span.from, to: Math.max(span.to, span.from) };
  };
  let nextKey = 0;
  const pressUpTo = (at: number) => {
    for (; nextKey < side.keys.length && side.keys[nextKey].at < at; nextKey++) {
      const key = side.keys[nextKey];
      add({ from: key.at, to: key.at }, { type: "key", key });
    }
  };
  for (const { span, ...words } of utterances) {
    pressUpTo(span.from);
    const keys: RecordedKey[] = [];
    while (nextKey < side.keys.length && side.keys[nextKey].at <= span.to) keys.push(side.keys[nextKey++]);
    add(span, { type: "words", ...words, spokenMs: span.to - span.from, keys });
  }
  pressUpTo(Number.POSITIVE_INFINITY);
  if (side.end.how === "listen") {
    const gapMs = Math.max(0, side.end.at - last.to);
    acts.push({ type: "end", anchor: { after: "own", delayMs: gapMs }, gapMs });
  } else add({ from: side.end.at, to: side.end.at }, { type: "end" });
  return acts;
}

interface Cut {
  readonly span: Span;
  readonly from: number;
  readonly to: number;
  readonly leadMs: number;
}

/** Cuts what was said where the caller was quiet for as long as ends speech. Clicks are not words. */
function cut(payloads: CallerSide["payloads"], starts: readonly number[]): Cut[] {
  const { ms, voiced, length } = payloads;
  const endOf = (k: number) => starts[k] + ms[k];
  const runs: { first: number; last: number; voicedMs: number }[] = [];
  for (let k = 0; k < length; k++) {
    if (!voiced[k]) continue;
    const run = runs.at(-1);
    if (run && starts[k] - endOf(run.last) < HANGOVER_MS) {
      run.last = k;
      run.voicedMs += ms[k];
    } else runs.push({ first: k, last: k, voicedMs: ms[k] });
  }
  const spoken = runs.filter(({ voicedMs }) => voicedMs >= ONSET_MS);
  let free = 0;
  return spoken.map(({ first, last }, i) => {
    let from = first;
    while (from > free && starts[first] - starts[from - 1] <= LEAD_MS) from--;
    let to = last + 1;
    const limit = spoken[i + 1]?.first ?? length;
    while (to < limit && endOf(to) - endOf(last) <= TAIL_MS) to++;
    free = to;
    return { span: { from: starts[first], to: endOf(last) }, from, to, leadMs: sum(ms, from, first) };
  });
}

/** What the caller waited for who did something at `at`. @param last what the caller had done before. */
function anchorOf(at: number, last: Span, agentSpeech: readonly Span[]): Anchor {
  const gapMs = Math.max(0, at - last.to);
  const own: Anchor = { after: "own", delayMs: gapMs };
  const before = agentSpeech.filter(({ from }) => from < at);
  const speech = before.at(-1);
  if (!speech || (gapMs < AT_ONCE_MS && last.to > 0)) return own;
  const since = before.filter(({ from }) => from >= last.from);
  if (speech.to > at) {
    // Into speech that the caller has already spoken into, one only goes on.
    if (since.length === 0) return own;
    return {
      after: "agent-began",
      delayMs: at - speech.from,
      turns: since.length,
      sinceFirstMs: at - since[0].from,
    };
  }
  if (speech.to <= last.to) return own;
  const pauses = since.slice(1).map(({ from }, i) => from - since[i].to);
  return {
    after: "agent-done",
    delayMs: at - speech.to,
    turns: since.length,
    pauseMs: Math.max(0, ...pauses),
  };
}

function sum(values: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let k = from; k < to; k++) total += values[k];
  return total;
}
