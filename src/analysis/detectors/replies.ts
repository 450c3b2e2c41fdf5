/** Words of the caller that were answered late, or not at all. */
import type { Utterance } from "../call-analysis.js";
import type { Detector, Evidence, Sighting } from "../evidence.js";
import { spellCount, spellMs } from "../spell.js";

const SLOW_MS = 2000;
const FAR_TOO_SLOW_MS = 5000;
/** What nobody answered within this time was not answered; the caller who goes on sooner only paused. */
const PATIENCE_MS = 3000;
/** A cough is not answered. */
const SHORTEST_WORDS_MS = 300;

export const replies: Detector = (evidence) => [...slow(evidence), ...unanswered(evidence)];

function* slow({ call }: Evidence): Generator<Sighting> {
  const answered = call.utterances.filter(({ reply }) => reply);
  // An agent that did not stop for the caller has another fault than being slow.
  const late = answered.filter(
    ({ to, reply }) =>
      reply!.latencyMs > SLOW_MS && !call.agentSpeech.some((speech) => speech.from < to && speech.to > to),
  );
  if (late.length === 0) return;
  const worst = Math.max(...late.map(({ reply }) => reply!.latencyMs));
  yield {
    kind: "slow-replies",
    side: "agent",
    seen: `${late.length} of ${spellCount(answered.length, "reply").replace(/replys$/, "replies")} began later than ${spellMs(SLOW_MS)} after the caller's last word, the slowest after ${spellMs(worst)}.`,
    at: late[0]!.to,
    ...(worst > FAR_TOO_SLOW_MS && { severity: "error" }),
  };
}

function* unanswered({ call }: Evidence): Generator<Sighting> {
  const waited = call.utterances.filter((words, i) => isUnanswered(call, words, call.utterances[i + 1]));
  if (waited.length === 0) return;
  yield {
    kind: "unanswered",
    side: "agent",
    seen: `${waited.length} of ${spellCount(call.utterances.length, "utterance")} of the caller had no answer within ${spellMs(PATIENCE_MS)}.`,
    at: waited[0]!.to,
  };
}

function isUnanswered(call: Evidence["call"], words: Utterance, next: Utterance | undefined): boolean {
  const { from, to, reply } = words;
  const until = next?.from ?? call.end?.at ?? call.durationMs;
  if (reply || to - from < SHORTEST_WORDS_MS || until - to < PATIENCE_MS) return false;
  // An agent that speaks already, as an echo does, needs no new beginning.
  return !call.agentSpeech.some((speech) => speech.from < until && speech.to > to);
}
