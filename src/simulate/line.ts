/** The line from a caller to the endpoint: passes on what is said when the network's plan has it arrive, in order. */
import type { Histogram } from "./histogram.js";
import type { DeliveryPlan } from "./network.js";

interface Held {
  readonly at: number;
  readonly isFrame: boolean;
  readonly deliver: () => void;
}

/** Owns no clock: it is told what time it is. Without a plan everything is passed on at once. */
export class Line {
  readonly #lateness: Histogram;
  readonly #plan: DeliveryPlan | undefined;
  #held: Held[] = [];
  #missing = 0;

  /** @param lateness collects how late each frame left, in ms after its due or planned time: our own fault only. */
  constructor(lateness: Histogram, plan?: DeliveryPlan) {
    this.#lateness = lateness;
    this.#plan = plan;
  }

  /** When something is to be passed on; Infinity when nothing waits. */
  get dueAt(): number {
    return this.#held[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Frames that were never sent, because the plan has them missing. */
  get missing(): number {
    return this.#missing;
  }

  /** A frame that is due at `due`. @param deliver is told when the plan had it arrive. */
  frame(due: number, now: number, deliver: (plannedAt: number | undefined) => void): void {
    if (!this.#plan) {
      this.#lateness.record(now - due);
      deliver(undefined);
      return;
    }
    const { at, missing } = this.#plan.frame(due);
    if (missing) this.#missing++;
    else this.#pass({ at, isFrame: true, deliver: () => deliver(at) }, now);
  }

  /** Anything else that is sent at `due`. */
  message(due: number, now: number, deliver: () => void): void {
    if (this.#plan) this.#pass({ at: this.#plan.message(due), isFrame: false, deliver }, now);
    else deliver();
  }

  /** Passes on all that was to arrive by `now`. */
  release(now: number): void {
    while (this.dueAt <= now) {
      const held = this.#held.shift() as Held;
      if (held.isFrame) this.#lateness.record(now - held.at);
      held.deliver();
    }
  }

  /** Passes on everything at once, because nobody will be there to do it later. */
  flush(): void {
    for (const { deliver } of this.#held.splice(0)) deliver();
  }

  /** What is still on its way is lost. */
  cut(): void {
    this.#held = [];
  }

  #pass(held: Held, now: number): void {
    this.#held.push(held);
    this.release(now);
  }
}
