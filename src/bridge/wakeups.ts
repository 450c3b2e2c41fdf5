/** One timer for all calls: a wheel of short slots, each with the calls that want to be woken then. */
import type { Clock, Timer } from "../clock.js";

/** Coarse enough that a hundred calls share a wake-up, fine enough that a frame leaves within two milliseconds of its time. */
const SLOT_MS = 2;
/** Whoever wants to wait longer than a turn of the wheel is woken early and asks again. */
const SLOTS = 256;
/** A process that stood still for longer than this first reads what came meanwhile: nobody was silent, and the timers run first. */
const STOOD_STILL_MS = 100;

export interface Wakeup {
  /** Asks to be woken at this time of the clock, instead of any time asked for before. */
  at(time: number): void;
  cancel(): void;
}

export class Wakeups {
  readonly #clock: Clock;
  readonly #slots: Set<() => void>[] = Array.from({ length: SLOTS }, () => new Set());
  #waiting = 0;
  /** The number of the last slot that was served; slots are numbered from the clock's zero. */
  #served: number;
  #timer: Timer | undefined;
  #timerSlot = Number.POSITIVE_INFINITY;
  #readsFirst = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#served = this.#slotOf(clock.now());
  }

  register(callback: () => void): Wakeup {
    let slot: Set<() => void> | undefined;
    const wake = () => {
      slot = undefined;
      callback();
    };
    const cancel = () => {
      if (slot?.delete(wake)) this.#waiting--;
      slot = undefined;
    };
    return {
      cancel,
      at: (time) => {
        cancel();
        if (time === Number.POSITIVE_INFINITY) return;
        const now = this.#slotOf(this.#clock.now());
        if (this.#waiting === 0) this.#served = now;
        const number = Math.min(
          Math.max(Math.ceil(time / SLOT_MS), this.#served + 1),
          now + SLOTS - 1,
          this.#served + SLOTS,
        );
        slot = this.#slots[number % SLOTS];
        slot.add(wake);
        this.#waiting++;
        this.#arm(number);
      },
    };
  }

  #slotOf(time: number): number {
    return Math.floor(time / SLOT_MS);
  }

  #arm(slot: number): void {
    if (slot >= this.#timerSlot) return;
    this.#timer?.cancel();
    this.#timerSlot = slot;
    this.#timer = this.#clock.setTimer(() => this.#serve(), Math.max(0, slot * SLOT_MS - this.#clock.now()));
  }

  #serve(): void {
    if (!this.#readsFirst && this.#clock.now() - this.#timerSlot * SLOT_MS > STOOD_STILL_MS) {
      this.#readsFirst = true;
      // Not a timer of no time, which may run before anything is read.
      setImmediate(() => this.#serve());
      return;
    }
    this.#readsFirst = false;
    this.#timerSlot = Number.POSITIVE_INFINITY;
    // A timer may fire a fraction of a millisecond early; that must not cost a whole turn.
    const until = Math.min(this.#slotOf(this.#clock.now() + 0.5), this.#served + SLOTS);
    while (this.#served < until) {
      const due = this.#slots[++this.#served % SLOTS];
      if (due.size === 0) continue;
      const wakes = [...due];
      due.clear();
      this.#waiting -= wakes.length;
      for (const wake of wakes) wake();
    }
    if (this.#waiting === 0) return;
    let next = this.#served + 1;
    while (this.#slots[next % SLOTS].size === 0) next++;
    this.#arm(next);
  }
}
