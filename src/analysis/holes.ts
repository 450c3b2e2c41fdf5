/** Holes inside speech: the next audio came too late, and a word was torn apart. */
import type { Span } from "./call-analysis.js";

/** Less is hidden by a phone's buffer, more is a pause between two things said. */
const SHORTEST_MS = 20;
const LONGEST_MS = 500;
/** How near to a hole there must be voice, on both sides. */
const NEAR_MS = 40;

export class Holes {
  readonly spans: Span[] = [];
  #endsAt = Number.NEGATIVE_INFINITY;
  #voicedUntil = Number.NEGATIVE_INFINITY;
  #open: Span | undefined;

  /** Frames in the order in which they are heard. */
  push(from: number, to: number, voiced: boolean): void {
    const gapMs = from - this.#endsAt;
    if (gapMs > SHORTEST_MS) {
      const isTorn = gapMs <= LONGEST_MS && this.#endsAt - this.#voicedUntil < NEAR_MS;
      this.#open = isTorn ? { from: this.#endsAt, to: from } : undefined;
    }
    this.#endsAt = to;
    if (this.#open && from - this.#open.to >= NEAR_MS) this.#open = undefined;
    if (!voiced) return;
    this.#voicedUntil = to;
    if (this.#open) this.spans.push(this.#open);
    this.#open = undefined;
  }
}
