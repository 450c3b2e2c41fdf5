/** The course of an examining call, written down as a generator: each moment that it yields is 20 ms of the call. */
import { FRAME_MS } from "../../audio/format.js";
import type { Payload } from "../../audio/payload.js";
import { serializeCallerMedia } from "../../protocol/serialize.js";
import type { AgentState, Moment, Script, ScriptMaker } from "../../simulate/script.js";
import type { Phrase, Phrases } from "./phrases.js";

/** A part of a call. */
export type Step<T = void> = Generator<Moment, T>;

/** When all is done the caller hangs up. */
export type Course = (phone: CoursePhone) => Step;

/** What a caller may do, and what it has heard so far. */
export class CoursePhone {
  /** Of the call, in ms. */
  at = 0;
  agent!: AgentState;
  readonly #phrases: Phrases;

  constructor(phrases: Phrases) {
    this.#phrases = phrases;
  }

  /** A packet of Opus cannot be cut. */
  get canCut(): boolean {
    return this.#phrases.format.encoding !== "opus";
  }

  /** Is silent until this holds, at most so long. @returns whether it holds. */
  *until(holds: () => boolean, atMostMs: number): Step<boolean> {
    const latest = this.at + atMostMs;
    while (!holds() && this.at < latest) yield { frame: this.#phrases.silence };
    return holds();
  }

  *silence(ms: number): Step {
    yield* this.until(() => false, ms);
  }

  /** Lets the agent begin within so long, and then finish. */
  *listen(beginsWithinMs: number, atMostMs: number): Step {
    if (yield* this.until(() => this.agent.speaking, beginsWithinMs))
      yield* this.until(() => this.#isQuiet, atMostMs);
  }

  /** Waits for an answer to words that were over at `saidAt`, and for its end. @returns whether it came. */
  *answer(saidAt: number, beginsWithinMs: number, atMostMs: number): Step<boolean> {
    // An echo has begun already. A greeting that came late and broke off when the caller spoke is no answer.
    const answers = () => this.agent.speaking || this.agent.quietSince > saidAt - OVERLAP_MS;
    const isAnswered = yield* this.until(answers, beginsWithinMs);
    if (isAnswered) yield* this.listen(0, atMostMs);
    return isAnswered;
  }

  *say(phrase: Phrase): Step {
    for (let k = 0; k < this.#phrases.lengthOf(phrase); k++) yield { frame: this.#phrases.frame(phrase, k) };
  }

  /** A message as it stands, in place of 20 ms of audio. */
  *send(message: string): Step {
    yield { frame: { ...this.#phrases.silence, message } };
  }

  /** The silence of so many frames, cut into pieces of these sizes in bytes. */
  *sendPieces(frames: number, cut: (audio: Uint8Array) => readonly Payload[]): Step {
    const { payload } = this.#phrases.silence;
    const audio = Buffer.concat(Array.from({ length: frames }, () => payload.bytes));
    for (const piece of cut(audio))
      yield { frame: { payload: piece, message: serializeCallerMedia(piece), voiced: false } };
  }

  /** Sends nothing at all. */
  *mute(ms: number): Step {
    const until = this.at + ms;
    while (this.at < until) yield { frame: this.#phrases.silence, isMute: true };
  }

  /** No phone knows whether an agent has finished; after this much quiet most have. */
  get #isQuiet(): boolean {
    return !this.agent.speaking && this.at - this.agent.quietSince >= TURN_QUIET_MS;
  }
}

const TURN_QUIET_MS = 800;
/** What answers words is heard at most so long before they are over: an echo of their last sound. */
export const OVERLAP_MS = 200;

/** @param end what the caller does when the course is done. */
export function courseScript(
  phrases: Phrases,
  course: Course,
  end: "hang-up" | "drop" = "hang-up",
): ScriptMaker {
  const { format, longestMessage } = phrases;
  return { format, longestMessage, start: () => new CourseScript(phrases, course, end) };
}

class CourseScript implements Script {
  /** It is the course that ends the call. */
  readonly saidAllAt = Number.POSITIVE_INFINITY;
  readonly expectsAnswer = false;
  dueAt = 0;
  readonly #phrases: Phrases;
  readonly #phone: CoursePhone;
  readonly #moments: Step;
  readonly #end: "hang-up" | "drop";

  constructor(phrases: Phrases, course: Course, end: "hang-up" | "drop") {
    this.#phrases = phrases;
    this.#phone = new CoursePhone(phrases);
    this.#moments = course(this.#phone);
    this.#end = end;
  }

  next(at: number, agent: AgentState): Moment {
    this.#phone.at = at;
    this.#phone.agent = agent;
    this.dueAt = at + FRAME_MS;
    const { value } = this.#moments.next();
    return value ?? { frame: this.#phrases.silence, end: this.#end };
  }
}
