/** Time, real or manual. Everything that waits asks a clock, so that tests can hold time in their hands. */

export interface Clock {
  /** Monotonic milliseconds, with fractions. Only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970, for names and files. */
  wallMs(): number;
  /** Runs `callback` once, not before `delayMs` have passed. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

export interface Timer {
  cancel(): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(callback, delayMs) {
    const timeout = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** A clock that stands still until it is moved. Timers run in the order of their due times, at exactly those times. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { due: number; callback: () => void }[] = [];
  readonly #wallStartMs: number;

  constructor(wallStartMs = Date.UTC(2026, 0, 1)) {
    this.#wallStartMs = wallStartMs;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return this.#wallStartMs + Math.floor(this.#now);
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { due: this.#now + Math.max(0, delayMs), callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** When the next timer falls due; Infinity when none is set. */
  get nextTimerAt(): number {
    return this.#timers.reduce((next, { due }) => Math.min(next, due), Number.POSITIVE_INFINITY);
  }

  /** Moves time forward by `ms`, running every timer that falls due, also those set on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: { due: number; callback: () => void } | undefined;
      for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
      if (!next) break;
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.due);
      due.callback();
    }
    this.#now = end;
  }
}
