/** Marks a moment in a running call: an event of its own in its recording and report. */
import type { Observer } from "../../call/events.js";
import type { Clock } from "../../clock.js";

export class PhoneMarks {
  readonly #clock: Clock;
  #observers: readonly Observer[] = [];
  /** The 0 of the call's clock. */
  #openedAt: number | undefined;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The observers of the call whose moments are marked, and one more that knows when it runs. */
  watch(observers: readonly Observer[]): Observer[] {
    this.#observers = observers;
    const clockWatch: Observer = ({ type, at }) => {
      if (type === "call-started") this.#openedAt = this.#clock.now() - at;
      if (type === "call-ended") this.#openedAt = undefined;
    };
    return [...observers, clockWatch];
  }

  /** Marks now. @returns the mark's number; undefined while there is no call. */
  mark(): number | undefined {
    if (this.#openedAt === undefined) return undefined;
    const number = ++this.#count;
    const at = this.#clock.now() - this.#openedAt;
    for (const observer of this.#observers) observer({ type: "mark", number, at });
    return number;
  }
}
