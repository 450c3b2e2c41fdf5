/** One side's speech as spans of time, from its frames in the order in which they are heard. */
import { HANGOVER_MS, ONSET_MS } from "../call/turns.js";
import type { Span } from "./call-analysis.js";

/** A stretch of speech: it ends with its last voiced frame. */
export interface Speech extends Span {
  readonly voicedMs: number;
  /** Mean square of its voiced frames. */
  readonly level: number;
  readonly sentAt: number;
  readonly burstAt: number;
}

/** Frames this close follow each other: their lengths need not be whole milliseconds. */
const SEAM_MS = 1;

/** The same rules as in a live call: 60 ms of voice begin speech, 300 ms without end it. Time without frames is quiet. */
export class SpeechSpans {
  readonly #ended: Speech[] = [];
  readonly #voiced: { from: number; to: number }[] = [];
  /** Speech, or what may become speech once enough of it is voiced. */
  #open:
    | { from: number; to: number; voicedMs: number; energy: number; sentAt: number; burstAt: number }
    | undefined;
  #speaking = false;
  #onsetMs = 0;
  #endsAt = Number.NEGATIVE_INFINITY;

  /**
   * The next frame, at most 20 ms. Frames come in the order in which they are heard.
   * @param level its mean square, 0 to 1 = full scale.
   * @param sentAt when it was sent, and `burstAt` when the run of frames that it belongs to began to be sent.
   */
  push(from: number, to: number, voiced: boolean, level: number, sentAt: number, burstAt: number): void {
    const ms = to - from;
    this.#quiet(from, Math.max(0, from - this.#endsAt));
    this.#endsAt = to;
    if (!voiced) {
      this.#quiet(to, ms);
      return;
    }
    this.#markVoiced(from, to);
    this.#open ??= { from, to, voicedMs: 0, energy: 0, sentAt, burstAt };
    this.#open.to = to;
    this.#open.voicedMs += ms;
    this.#open.energy += level * ms;
    this.#onsetMs += ms;
    if (!this.#speaking && this.#onsetMs >= ONSET_MS - 0.01) this.#speaking = true;
  }

  /** All speech so far, with what is not over yet. */
  get spans(): readonly Speech[] {
    return this.#speaking && this.#open ? [...this.#ended, speech(this.#open)] : this.#ended;
  }

  /** The stretches in which every frame is voiced: speech without its pauses. */
  get voiced(): readonly Span[] {
    return this.#voiced;
  }

  #quiet(until: number, ms: number): void {
    if (!this.#open) return;
    if (this.#speaking) {
      if (until - this.#open.to < HANGOVER_MS) return;
      this.#ended.push(speech(this.#open));
      this.#speaking = false;
    } else {
      this.#onsetMs = Math.max(0, this.#onsetMs - ms);
      if (this.#onsetMs > 0) return;
    }
    this.#onsetMs = 0;
    this.#open = undefined;
  }

  #markVoiced(from: number, to: number): void {
    const last = this.#voiced[this.#voiced.length - 1];
    if (last && from - last.to < SEAM_MS) last.to = Math.max(last.to, to);
    else this.#voiced.push({ from, to });
  }
}

function speech({ energy, ...open }: Omit<Speech, "level"> & { energy: number }): Speech {
  return { ...open, level: energy / open.voicedMs };
}
