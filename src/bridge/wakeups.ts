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
  /** Each is a ring of those that want to be woken then, in the order in which they asked. */
  readonly #slots: Link[] = Array.from({ length: SLOTS }, () => new Link(undefined));
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
    const link = new Link(callback);
    const cancel = () => {
      if (link.take()) this.#waiting--;
    };
    return {
      cancel,
      at: (time) => {
        cancel();
        if (time === Number.POSITIVE_INFINITY) return;
        if (this.#waiting === 0) this.#served = this.#slotOf(this.#clock.now());
        const soonest = this.#served + 1;
        // Not the slot that is being served: whoever asks again while it is woken would be woken for ever.
        const latest = this.#served + SLOTS - 1;
        const number = Math.min(Math.max(Math.ceil(time / SLOT_MS), soonest), latest);
        this.#slots[number % SLOTS].append(link);
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
      const slot = this.#slots[++this.#served % SLOTS];
      for (let link = slot.next; link !== slot; link = slot.next) {
        link.take();
        this.#waiting--;
        link.wake?.();
      }
    }
    if (this.#waiting === 0) return;
    let next = this.#served + 1;
    while (this.#slots[next % SLOTS].isAlone) next++;
    this.#arm(next);
  }
}

/** One of those that wait, or the slot in which they do: a ring, so that asking and waking leave no garbage behind. */
class Link {
  next: Link = this;
  #previous: Link = this;

  constructor(readonly wake: (() => void) | undefined) {}

  get isAlone(): boolean {
    return this.next === this;
  }

  /** Puts `link`, which must be alone, last in this ring. */
  append(link: Link): void {
    link.next = this;
    link.#previous = this.#previous;
    this.#previous.next = link;
    this.#previous = link;
  }

  /** Leaves its ring. @returns false when it was alone. */
  take(): boolean {
    if (this.isAlone) return false;
    this.#previous.next = this.next;
    this.next.#previous = this.#previous;
    this.next = this;
    this.#previous = this;
    return true;
  }
}
