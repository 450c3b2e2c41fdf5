/** One timer for all calls: wakes each at its own deadline, so that a thousand calls cost one timer. */
import type { Clock, Timer } from "../clock.js";

export interface Paced {
  /** When `wake` is wanted, on the pacer's clock. Infinity when it is not. */
  readonly dueAt: number;
  /** After this, `dueAt` must lie in the future. */
  wake(now: number): void;
}

export class Pacer {
  readonly #clock: Clock;
  readonly #calls = new Set<Paced>();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(call: Paced): void {
    this.#calls.add(call);
    this.reschedule(call);
  }

  remove(call: Paced): void {
    this.#calls.delete(call);
    if (this.#calls.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  /** To be told when a call became due earlier than it said before. */
  reschedule(call: Paced): void {
    if (call.dueAt < this.#timerAt) this.#setTimer(call.dueAt);
  }

  #setTimer(at: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    // A timer of less than 1 ms would spin: frames wait for the next tick together instead.
    this.#timer = this.#clock.setTimer(() => this.#tick(), Math.max(1, at - this.#clock.now()));
  }

  #tick(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    for (const call of this.#calls) {
      // The clock is read for each call: waking the calls before it took time.
      const now = this.#clock.now();
      if (call.dueAt <= now) call.wake(now);
      if (call.dueAt < next) next = call.dueAt;
    }
    if (next < this.#timerAt && next !== Number.POSITIVE_INFINITY) this.#setTimer(next);
  }
}
