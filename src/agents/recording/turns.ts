/**
 * `timing=turns` as a state machine: told what the caller says and does, it says what the agent of the recording does then. Its
 * only clock is the caller's audio, in ms.
 */
import type { MediaFormat } from "../../audio/format.js";
import type { LegEvent } from "../../call/leg.js";
import { CallerEar } from "./caller-ear.js";
import type { Act, Cue, Plan, PlannedAct } from "./plan.js";

/** A caller who goes on this long before the answer was due had only paused. */
const RESUMED_BEFORE_MS = 250;
/** Times come from microseconds and fractions; what is due with a frame is not put off to the next for that. */
const ROUNDING_MS = 1;

interface Scheduled {
  readonly dueAt: number;
  readonly cue: Cue;
  readonly act: PlannedAct;
}

export class TurnsPart {
  readonly #plan: Plan;
  readonly #do: (act: Act) => void;
  readonly #ear: CallerEar;
  #scheduled: Scheduled[] = [];
  /** The number of the caller's present utterance, or of the last. */
  #utterance = -1;
  /** What is still to come of the answer to the utterance that goes on, when the caller had only paused. */
  #putOff: readonly PlannedAct[] | undefined;
  #isWarned = false;
  /** When the caller will have heard all that was said. */
  #heardAllAt = 0;

  /**
   * @param format of the caller's audio; plain.
   * @param act told what to do now, in order. An `interrupted` means that what is not said yet must not be said.
   */
  constructor(plan: Plan, format: MediaFormat, act: (act: Act) => void) {
    this.#plan = plan;
    this.#do = act;
    this.#ear = new CallerEar(format, {
      started: (at) => this.#callerStarted(at),
      ended: (lastVoicedAt) => this.#callerEnded(lastVoicedAt),
    });
  }

  /** The call begins. */
  start(): void {
    this.#schedule("start", 0);
    this.#doDue();
  }

  /** Milliseconds of the caller's audio so far. */
  get now(): number {
    return this.#ear.heardMs;
  }

  hear(audio: Uint8Array): void {
    this.#ear.push(audio, () => this.#doDue());
  }

  /** @param number of the key among all that were pressed, from 0. */
  key(number: number): void {
    this.#schedule(`key ${number}`, this.now);
    this.#doDue();
  }

  answered(id: string): void {
    this.#schedule(`answer ${id}`, this.now);
    this.#doDue();
  }

  /** The caller does not hear the rest. */
  stopSpeaking(): void {
    this.#heardAllAt = Math.min(this.#heardAllAt, this.now);
    this.#scheduled = this.#scheduled.filter(({ act }) => act.what !== "speech");
  }

  #callerStarted(at: number): void {
    this.#putOff = this.#takeBack();
    if (this.now < this.#heardAllAt) this.#interrupt();
    if (this.#putOff) return;
    this.#scheduled = this.#scheduled.filter(({ act }) => act.what !== "speech");
    this.#utterance++;
    if (this.#utterance >= this.#plan.utterances && !this.#isWarned) {
      this.#isWarned = true;
      this.#do({ what: "event", event: RECORDING_OVER });
    }
    this.#schedule(`utterance ${this.#utterance}`, at);
  }

  #callerEnded(lastVoicedAt: number): void {
    const cue: Cue = `end ${this.#utterance}`;
    if (this.#putOff) this.#plans(cue, this.#putOff, lastVoicedAt);
    else this.#schedule(cue, lastVoicedAt);
    this.#putOff = undefined;
  }

  /** The answer to the last utterance, if none of it was said and the caller goes on well before it was due. */
  #takeBack(): readonly PlannedAct[] | undefined {
    const cue: Cue = `end ${this.#utterance}`;
    const answer = this.#scheduled.filter((scheduled) => scheduled.cue === cue);
    const spoken = answer.find(({ act }) => act.what === "speech");
    const planned = this.#plan.acts.get(cue)?.find(({ what }) => what === "speech");
    if (!spoken || spoken.act !== planned || spoken.dueAt - this.now < RESUMED_BEFORE_MS) return undefined;
    this.#scheduled = this.#scheduled.filter((scheduled) => scheduled.cue !== cue);
    return answer.map(({ act }) => act);
  }

  #schedule(cue: Cue, at: number): void {
    this.#plans(cue, this.#plan.acts.get(cue) ?? [], at);
  }

  #plans(cue: Cue, acts: readonly PlannedAct[], at: number): void {
    for (const act of acts) this.#scheduled.push({ dueAt: at + act.afterMs, cue, act });
    this.#scheduled.sort((a, b) => a.dueAt - b.dueAt);
  }

  #doDue(): void {
    for (
      let next = this.#scheduled[0];
      next && next.dueAt < this.now + ROUNDING_MS;
      next = this.#scheduled[0]
    ) {
      this.#scheduled.shift();
      const { act } = next;
      if (act.what === "speech") this.#heardAllAt = Math.max(this.#heardAllAt, this.now) + act.speech.ms;
      if (act.what === "event" && act.event.type === "interrupted") this.#interrupt();
      else this.#do(act);
    }
  }

  #interrupt(): void {
    this.#heardAllAt = this.now;
    this.#do({ what: "event", event: { type: "interrupted" } });
  }
}

const RECORDING_OVER: LegEvent = {
  type: "warning",
  code: "recording-over",
  message: "the caller has said more than in the recording; the agent has no more to say to that",
};
