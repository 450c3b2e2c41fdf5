/** Puts transcripts into the order in which they were spoken: recognizers report the caller after the agent has begun. */
import type { CallNote } from "./events.js";
import type { Speaker } from "./leg.js";

/** How long a transcript is held back for one that was spoken before it. */
const HOLD_MS = 1500;
/** Bounds what an agent can make us hold. */
const MAX_HELD = 100;

interface Held {
  readonly who: Speaker;
  readonly text: string;
  readonly spokenAt: number;
  readonly releaseAt: number;
}

export class Transcripts {
  readonly #note: (event: CallNote) => void;
  #held: Held[] = [];

  constructor(note: (event: CallNote) => void) {
    this.#note = note;
  }

  /** @param spokenAt when it began to be said. */
  add(who: Speaker, text: string, spokenAt: number, now: number): void {
    const held = { who, text, spokenAt, releaseAt: now + HOLD_MS };
    const after = this.#held.findIndex((other) => other.spokenAt > spokenAt);
    this.#held.splice(after < 0 ? this.#held.length : after, 0, held);
    if (this.#held.length > MAX_HELD) this.#release(1);
  }

  /** Says those that have waited long enough, and whatever was spoken before them. */
  tick(now: number): void {
    const last = this.#held.findLastIndex((held) => held.releaseAt <= now);
    this.#release(last + 1);
  }

  /** Says all that is left. */
  flush(): void {
    this.#release(this.#held.length);
  }

  #release(count: number): void {
    for (const { who, text, spokenAt } of this.#held.splice(0, count)) {
      this.#note({ type: "transcript", who, text, spokenAt });
    }
  }
}
