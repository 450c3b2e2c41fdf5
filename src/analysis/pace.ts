/** How fast audio comes while it comes: 1 in real time, more when it is sent ahead, less when it does not keep up. */

/** Payloads further apart than this do not belong to the same stream. */
const STREAM_GAP_MS = 100;
/** A stream is measured once it has lasted so long. */
const SHORTEST_STREAM_MS = 400;

export class Pace {
  /** The present stream of payloads, and the sums of those that were long enough. */
  #startedAt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #ms = 0;
  #lastMs = 0;
  #streamedMs = 0;
  #elapsedMs = 0;

  /** `ms` of audio came at `at`. */
  add(ms: number, at: number): void {
    if (at - this.#lastAt > STREAM_GAP_MS) {
      this.#streamedMs = this.streamedMs;
      this.#elapsedMs = this.elapsedMs;
      this.#startedAt = at;
      this.#ms = 0;
      this.#lastMs = 0;
    }
    if (at !== this.#lastAt) this.#lastMs = 0;
    this.#lastAt = at;
    this.#ms += ms;
    this.#lastMs += ms;
  }

  /** Audio for each ms that passed; 1 while nothing can be told. */
  get value(): number {
    return this.elapsedMs > 0 ? this.streamedMs / this.elapsedMs : 1;
  }

  /** The time that was measured. */
  get elapsedMs(): number {
    return this.#elapsedMs + (this.#isLong ? this.#lastAt - this.#startedAt : 0);
  }

  /** The audio that came in it. What came last is still playing. */
  get streamedMs(): number {
    return this.#streamedMs + (this.#isLong ? this.#ms - this.#lastMs : 0);
  }

  get #isLong(): boolean {
    return this.#lastAt - this.#startedAt >= SHORTEST_STREAM_MS;
  }
}
