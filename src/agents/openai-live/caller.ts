/** What the caller said that has not been answered yet: another session must hear it again. The wire does not tell, so the sound does. */
import type { MediaFormat } from "../../audio/format.js";
import { levelDbfs } from "../../audio/level.js";
import type { Payload } from "../../audio/payload.js";
import type { Clock } from "../../clock.js";

export interface Frame {
  readonly audio: Payload;
  readonly ms: number;
}

/** The noise of a telephone line is softer, the softest speech louder. */
const VOICE_DBFS = -45;
/** Kept from before a voice was heard, so that its first sound is whole. */
const BEFORE_MS = 300;
const MAX_MS = 10_000;
/** An answer begins sooner than this, or not at all. */
const REPLY_DUE_MS = 5000;
/** A caller who was heard this lately is in the middle of what they say. */
const STILL_SPEAKING_MS = 300;
/** Of what is being said while the agent speaks, this much is kept. */
const OVERLAP_MS = 1000;

export class CallerAudio {
  readonly #format: MediaFormat;
  readonly #clock: Clock;
  #frames: Frame[] = [];
  #ms = 0;
  #voicedAt = Number.NEGATIVE_INFINITY;
  #owed = false;
  #whole = true;

  constructor(format: MediaFormat, clock: Clock) {
    this.#format = format;
    this.#clock = clock;
  }

  /** Whether the caller speaks, or spoke and may yet be answered. */
  get isOwed(): boolean {
    if (this.#owed && this.#clock.now() - this.#voicedAt > REPLY_DUE_MS) this.#settle();
    return this.#owed;
  }

  /** @returns whether a voice is in it. */
  hear(frame: Frame): boolean {
    const voiced = levelDbfs(frame.audio.bytes, this.#format) > VOICE_DBFS;
    if (voiced) {
      this.#voicedAt = this.#clock.now();
      this.#owed = true;
    }
    this.#frames.push(frame);
    this.#ms += frame.ms;
    this.#keep(this.isOwed ? MAX_MS : BEFORE_MS);
    return voiced;
  }

  /** The agent speaks. */
  answered(): void {
    if (!this.#owed) return;
    if (this.#clock.now() - this.#voicedAt < STILL_SPEAKING_MS) this.#keep(OVERLAP_MS);
    else this.#settle();
  }

  /** What is to be heard again, and whether that is all that the caller said since they were answered. */
  take(): { readonly frames: readonly Frame[]; readonly whole: boolean } {
    const taken = { frames: this.isOwed ? this.#frames : [], whole: this.isOwed && this.#whole };
    this.#frames = [];
    this.#ms = 0;
    this.#settle();
    return taken;
  }

  #settle(): void {
    this.#owed = false;
    this.#whole = true;
    this.#keep(BEFORE_MS);
    this.#whole = true;
  }

  #keep(ms: number): void {
    while (this.#ms > ms && this.#frames.length > 0) {
      this.#ms -= (this.#frames.shift() as Frame).ms;
      if (this.#owed) this.#whole = false;
    }
  }
}
