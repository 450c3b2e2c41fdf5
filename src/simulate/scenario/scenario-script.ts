/** One call of a scenario: says and does what its steps want, looks at nothing but the agent, and judges at the end. */
import { FRAME_MS } from "../../audio/format.js";
import type { CallEvent } from "../../call/events.js";
import type { HeardFrame } from "../ear.js";
import type { Outcome } from "../ending.js";
import type { AgentState, CallEnd, Moment, Script } from "../script.js";
import type { Track, TrackFrame } from "../track.js";
import type { AgentEvidence, CallFacts } from "./evidence.js";
import type { Action, Expectation, Scenario, Words } from "./scenario.js";
import { spell, type Verdict, verdictsOf } from "./verdict.js";

/** Everything that is said, encoded. */
export interface Cast {
  clip(words: Words): Track;
  /** What is sent before anything is said. */
  readonly silence: Track;
  /** What is sent while nothing is said, in a circle, where the line is not silent. */
  readonly noise: Track | undefined;
  /** Puts a frame into the call's container, where it has one. */
  readonly seal: ((frame: TrackFrame) => TrackFrame) | undefined;
}

/** The quiet that shows that an agent's turn is over, and not only a sentence. */
const TURN_QUIET_MS = 700;
/** An agent that speaks for longer than this is not waited for. */
const LONGEST_TURN_MS = 60_000;
const KEY_EVERY_MS = 200;
/** Speech is known as such a little after it began. */
const ONSET_MS = 100;

/** One step under way, or done. */
class Running {
  actedFrom: number | undefined;
  actedUntil: number | undefined;
  failure: string | undefined;
  /** What it waited for has come, and it says or presses what it has to. */
  acting = false;
  done = false;
  keysPressed = 0;

  constructor(readonly startedAt: number) {}

  acted(at: number): void {
    this.actedFrom ??= at;
    this.actedUntil = at;
  }
}

export class ScenarioScript implements Script {
  saidAllAt = Number.POSITIVE_INFINITY;
  expectsAnswer = false;
  readonly #scenario: Scenario;
  readonly #cast: Cast;
  readonly #evidence: AgentEvidence;
  readonly #conclude: (verdicts: readonly Verdict[]) => void;
  readonly #transcript: () => CallFacts["transcript"];
  readonly #steps: Running[] = [];
  /** What the agent said before this has been dealt with. */
  #mark = Number.NEGATIVE_INFINITY;
  /** What is being said, or was said last: after its end it is silence. */
  #said: { readonly track: Track; k: number };
  #isSpeaking = false;
  #noiseFrames = 0;

  constructor(
    scenario: Scenario,
    cast: Cast,
    evidence: AgentEvidence,
    /** `transcript` is asked for when the call is over; `conclude` is told the verdicts. */
    {
      transcript,
      conclude,
    }: {
      transcript: () => CallFacts["transcript"];
      conclude: (verdicts: readonly Verdict[]) => void;
    },
  ) {
    this.#scenario = scenario;
    this.#cast = cast;
    this.#said = { track: cast.silence, k: 0 };
    this.#evidence = evidence;
    this.#transcript = transcript;
    this.#conclude = conclude;
  }

  next(at: number, agent: AgentState): Moment {
    const keys: string[] = [];
    const end = this.#proceed(at, agent, keys);
    const frame = this.#frame(at);
    if (end === undefined && keys.length === 0) return { frame };
    return { frame, keys, end };
  }

  hear(frame: HeardFrame): void {
    this.#evidence.hear(frame);
  }

  observe(event: CallEvent): void {
    if (event.type === "agent-audio") this.#evidence.arrives(event.at);
  }

  judge(outcome: Outcome, { reason, summary }: CallEnd): Outcome {
    const endedAt = summary.durationMs;
    const verdicts = verdictsOf(this.#scenario, {
      steps: this.#steps,
      agentSpeech: this.#evidence.speech(endedAt),
      talkOverMs: summary.talkOverMs,
      sound: this.#evidence.sound,
      endedAt,
      endedBy: reason === "agent-ended" || reason === "agent-failed" ? "agent" : "caller",
      ending: outcome.detail,
      transcript: this.#transcript(),
    });
    this.#conclude(verdicts);
    const failed = verdicts.filter(({ ok }) => !ok);
    if (failed.length === 0 || !outcome.ok) return outcome;
    const [{ step, expect, reason: why }] = failed;
    const place = step === undefined ? "" : `step ${step}: `;
    return { ok: false, reason: "expectation-failed", detail: `${place}${expect}: ${why}` };
  }

  /** Carries out all that is due at `at`. */
  #proceed(at: number, agent: AgentState, keys: string[]): Moment["end"] {
    const { steps } = this.#scenario;
    while (this.saidAllAt === Number.POSITIVE_INFINITY) {
      const step = this.#steps.at(-1);
      if (step && !step.done) {
        const { action, expects } = steps[this.#steps.length - 1];
        if (action.do === "hang-up" || action.do === "drop") return action.do;
        const state = this.#advance(step, action, at, agent, keys);
        if (state === "failed") return "hang-up";
        if (state === "busy" || !expects.every((one) => isSettled(one, step, at, agent))) return undefined;
        step.done = true;
        if (action.do === "wait" && action.for === "agent") this.#mark = at;
      } else if (this.#steps.length < steps.length) {
        this.#steps.push(new Running(at));
      } else {
        this.saidAllAt = at;
        this.expectsAnswer = isAnswered(steps.at(-1)?.action);
      }
    }
    return undefined;
  }

  #advance(
    step: Running,
    action: Action,
    at: number,
    agent: AgentState,
    keys: string[],
  ): "busy" | "done" | "failed" {
    switch (action.do) {
      case "pause":
        return at - step.startedAt >= action.ms ? "done" : "busy";
      case "say":
        return this.#say(step, action.words, at);
      case "dtmf":
        if (step.keysPressed < action.keys.length && at >= step.startedAt + step.keysPressed * KEY_EVERY_MS) {
          keys.push(action.keys[step.keysPressed++]);
          step.acted(at);
          this.#mark = at;
        }
        return step.keysPressed < action.keys.length ? "busy" : "done";
      case "barge-in": {
        if (step.acting) return this.#say(step, action.words, at);
        const isTime = agent.speaking && at >= agent.speakingSince + action.afterMs;
        if (isTime) return this.#say(step, action.words, at);
        return this.#wait(step, at, agent, action.timeoutMs, `speak for ${spell(action.afterMs)}`);
      }
      case "wait":
        if (action.for === "end") return this.#wait(step, at, agent, action.timeoutMs, "end the call");
        if (action.for === "speech" ? this.#hasSpoken(agent) : this.#turnIsOver(at, agent)) return "done";
        if (action.for === "agent" && this.#hasSpoken(agent)) {
          if (at - step.startedAt < action.timeoutMs + LONGEST_TURN_MS) return "busy";
          step.failure = `the agent spoke for more than ${spell(LONGEST_TURN_MS)}`;
          return "failed";
        }
        return this.#wait(step, at, agent, action.timeoutMs, "speak");
      default:
        return "done";
    }
  }

  #say(step: Running, words: Words, at: number): "busy" | "done" {
    if (!step.acting) {
      step.acting = true;
      this.#said = { track: this.#cast.clip(words), k: 0 };
      this.#isSpeaking = true;
    }
    if (this.#isSpeaking) return "busy";
    // Without a voiced frame, as in a file of noise, it was said up to its end.
    step.actedFrom ??= step.startedAt;
    step.actedUntil ??= at;
    this.#mark = step.actedUntil;
    return "done";
  }

  #wait(step: Running, at: number, agent: AgentState, timeoutMs: number, what: string): "busy" | "failed" {
    // Time is counted while the agent is quiet: while it speaks it may yet do what is waited for: have spoken for long enough, or say its last words.
    if (agent.speaking && at - agent.speakingSince < LONGEST_TURN_MS) return "busy";
    const { startedAt } = step;
    const since = Math.max(startedAt, Math.min(agent.quietSince, startedAt + LONGEST_TURN_MS));
    if (at - since < timeoutMs) return "busy";
    step.failure = `the agent did not ${what} within ${spell(timeoutMs)}`;
    return "failed";
  }

  #hasSpoken(agent: AgentState): boolean {
    return agent.speaking || agent.quietSince > this.#mark;
  }

  #turnIsOver(at: number, agent: AgentState): boolean {
    return !agent.speaking && agent.quietSince > this.#mark && at - agent.quietSince >= TURN_QUIET_MS;
  }

  #frame(at: number): TrackFrame {
    const frame = this.#unsealed(at);
    return this.#cast.seal ? this.#cast.seal(frame) : frame;
  }

  #unsealed(at: number): TrackFrame {
    const { noise } = this.#cast;
    const said = this.#said;
    if (noise && !this.#isSpeaking)
      return noise.momentAt(this.#noiseFrames++ % (noise.durationMs / FRAME_MS)).frame;
    const { frame } = said.track.momentAt(said.k++);
    if (this.#isSpeaking && frame.voiced) this.#steps.at(-1)?.acted(at);
    if (said.k * FRAME_MS >= said.track.durationMs) this.#isSpeaking = false;
    return frame;
  }
}

/** Whether it is known by now what became of it, so that the next step cannot spoil it. */
function isSettled(expectation: Expectation, step: Running, at: number, agent: AgentState): boolean {
  const { startedAt, actedFrom = startedAt, actedUntil = startedAt } = step;
  switch (expectation.that) {
    case "speaks-within":
      if (agent.speaking && (step.actedFrom === undefined || agent.speakingSince >= actedFrom)) return true;
      return agent.quietSince > actedUntil || at > actedUntil + expectation.ms + ONSET_MS;
    case "stops-within":
      return !agent.speaking || at > actedFrom + expectation.ms + ONSET_MS;
    case "silent-for":
      return at >= startedAt + expectation.ms;
    default:
      return true;
  }
}

function isAnswered(action: Action | undefined): boolean {
  return action?.do === "say" || action?.do === "dtmf" || action?.do === "barge-in";
}
