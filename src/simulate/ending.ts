/** When a caller who is not told otherwise hangs up, and how a call that has ended is judged. */

/** How a call came out. `reason` is for programs, `detail` for people. */
export interface Outcome {
  readonly ok: boolean;
  readonly reason:
    | "hung-up"
    | "dropped"
    | "agent-ended"
    | "no-agent-audio"
    | "agent-silent"
    | "agent-failed"
    | "expectation-failed"
    | "interrupted";
  readonly detail: string;
}

/** What was said and heard, in ms of the call's clock. */
export interface Exchange {
  /** The end of the source and of the key presses. */
  readonly saidAllAt: number;
  /** Anything was said or pressed that an agent should answer. */
  readonly expectsAnswer: boolean;
  /** When the caller last spoke or pressed a key. */
  readonly activeAt: number;
  /** When the agent's last speech will have been heard; -Infinity when it never spoke. */
  readonly agentVoicedUntil: number;
}

/** Quiet that shows the agent has said all it wants to say. */
const QUIET_MS = 1500;
/** How long the caller waits for an answer that does not come. */
const PATIENCE_MS = 10_000;
/** And for the end of an answer that does not end. */
const LONGEST_ANSWER_MS = 60_000;

/**
 * All is said, the agent has answered and been quiet for 1.5 s; at most 10 s without an answer, at most 60 s with one.
 * A caller who said nothing expects no answer, and only lets the agent finish.
 */
export function naturalEnd({ saidAllAt, expectsAnswer, activeAt, agentVoicedUntil }: Exchange): number {
  if (expectsAnswer && agentVoicedUntil <= activeAt) return saidAllAt + PATIENCE_MS;
  return Math.min(Math.max(saidAllAt, agentVoicedUntil + QUIET_MS), saidAllAt + LONGEST_ANSWER_MS);
}

/**
 * An agent that should have answered fails when it did not; a call that the caller cut short on purpose proves nothing.
 * @param heard whether any agent audio was heard; `refused` whether some came that a real PBX would not play.
 */
export function judged(
  planned: Outcome,
  exchange: Exchange,
  now: number,
  { heard, refused }: { heard: boolean; refused: boolean },
): Outcome {
  const cutShort = planned.reason !== "agent-ended" && now < exchange.saidAllAt;
  if (cutShort || !exchange.expectsAnswer) return planned;
  if (!heard) {
    const why = refused ? ": a real PBX would have played none of its media" : "";
    return { ok: false, reason: "no-agent-audio", detail: `no agent audio was heard${why}` };
  }
  if (exchange.agentVoicedUntil === Number.NEGATIVE_INFINITY) {
    return { ok: false, reason: "agent-silent", detail: "the agent sent audio, but only silence" };
  }
  return planned;
}
