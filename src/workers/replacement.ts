/** When a dead worker is replaced: at once, but ever more slowly where each dies as soon as it is there. */

/** Whoever lived this long was in good health. */
const HEALTHY_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export class Replacement {
  #early = 0;

  /** @param livedMs how long the one that died had been answering calls. @returns how long to wait. */
  waitMs(livedMs: number): number {
    if (livedMs >= HEALTHY_MS) this.#early = 0;
    const waitMs = this.#early === 0 ? 0 : FIRST_WAIT_MS * 2 ** (this.#early - 1);
    this.#early++;
    return Math.min(waitMs, LONGEST_WAIT_MS);
  }
}
