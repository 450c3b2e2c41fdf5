/** How whole the agent's speech arrives at one caller: the holes in it, and the frames that came too late to hide it. Pure. */
import { FRAME_MS } from "../audio/format.js";
import type { CallEvent } from "../call/events.js";
import { type HeardFrame, JITTER_MS } from "./ear.js";

/** What one call adds to a load. */
export interface CallQuality {
  /** Frames of the agent's speech. */
  readonly frames: number;
  /** Those that came more than one frame after they were due: a phone has to have a buffer for them. */
  readonly lateFrames: number;
  /** Holes in the agent's speech that no phone's buffer hides. */
  readonly gaps: number;
  /** The holes of the call together. */
  readonly gapMs: number;
}

/** A hole is one in speech when voiced audio is this near on both sides of it: a sentence ends and begins more softly. */
const NEAR_MS = 100;
/** Whoever is silent for longer has paused. */
const LONGEST_GAP_MS = 2000;

/**
 * Told of every frame in the order of arrival, it plays them on a line of its own as a phone would: one after the other, and
 * when one comes too late, from there on. Before, between and after sentences there is nothing to miss, and while the caller
 * speaks an agent may fall silent.
 */
export class Quality {
  #frames = 0;
  #lateFrames = 0;
  #gaps = 0;
  #gapMs = 0;
  /** When all that has arrived will have been played. */
  #playedUntil = Number.NEGATIVE_INFINITY;
  /** Audio played since the last voiced frame. */
  #sinceVoicedMs = Number.POSITIVE_INFINITY;
  /** Lateness in speech, if speech follows at once. */
  #suspected: { readonly ms: number; readonly afterMs: number } | undefined;
  #callerSpeaks = false;
  #callerSpokeUntil = Number.NEGATIVE_INFINITY;

  get sums(): CallQuality {
    return { frames: this.#frames, lateFrames: this.#lateFrames, gaps: this.#gaps, gapMs: this.#gapMs };
  }

  /** An event of the call: who speaks. */
  observe(event: CallEvent): void {
    if (event.type === "speech-started" && event.who === "caller") this.#callerSpeaks = true;
    if (event.type === "speech-ended" && event.who === "caller") {
      this.#callerSpeaks = false;
      this.#callerSpokeUntil = event.lastVoicedAt;
    }
  }

  /** A frame of the agent that arrived at `at`, in ms of the call's clock. */
  heard({ ms, voiced }: Pick<HeardFrame, "ms" | "voiced">, at: number): void {
    const lateMs = at - this.#playedUntil;
    if (lateMs > FRAME_MS) {
      this.#suspected = this.#inSpeech(lateMs) ? { ms: lateMs, afterMs: 0 } : undefined;
      this.#playedUntil = at + ms;
    } else {
      this.#playedUntil += ms;
    }
    if (voiced) {
      this.#confirm();
      this.#frames++;
      this.#sinceVoicedMs = 0;
      return;
    }
    this.#sinceVoicedMs += ms;
    if (this.#sinceVoicedMs <= NEAR_MS) this.#frames++;
    if (this.#suspected) {
      const afterMs = this.#suspected.afterMs + ms;
      this.#suspected = afterMs > NEAR_MS ? undefined : { ...this.#suspected, afterMs };
    }
  }

  #inSpeech(lateMs: number): boolean {
    const callerQuiet = !this.#callerSpeaks && this.#callerSpokeUntil <= this.#playedUntil;
    return callerQuiet && this.#sinceVoicedMs <= NEAR_MS && lateMs <= LONGEST_GAP_MS;
  }

  #confirm(): void {
    if (!this.#suspected) return;
    const { ms } = this.#suspected;
    this.#suspected = undefined;
    this.#lateFrames++;
    if (ms <= JITTER_MS) return;
    this.#gaps++;
    this.#gapMs += ms;
  }
}
