/** How much a peer may send: so much a second, and some at once after a pause. */

export class Allowance {
  readonly #burstMs: number;
  /** When all that came is paid for, at the rate that is allowed. */
  #paidAt = Number.NEGATIVE_INFINITY;

  /** @param burstMs how much may come at once, as the time in which it may come evenly. */
  constructor(burstMs: number) {
    this.#burstMs = burstMs;
  }

  /**
   * @param costMs the time in which this much may come, evenly.
   * @returns the ms until as much as that may come again; 0 or less while there is something left.
   */
  take(costMs: number, now: number): number {
    this.#paidAt = Math.max(this.#paidAt, now - this.#burstMs) + costMs;
    return this.#paidAt - now;
  }

  /** The same, without taking anything. */
  owedMs(now: number): number {
    return this.#paidAt - now;
  }
}
