/** Tells from the samples alone whether audio is overdriven, or is noise because it was sent in another encoding. */
import type { MediaFormat } from "../../audio/format.js";
import { decodeUlaw } from "../../audio/g711.js";
import { pcmSamples } from "../../audio/pcm.js";
import type { HeardFrame } from "../ear.js";

export interface SoundFacts {
  /** Milliseconds of voiced audio. */
  readonly voicedMs: number;
  /** Milliseconds of frames in which the wave is cut off at full scale. */
  readonly clippedMs: number;
  /**
   * How much each sample is like the one before: 1 for a slow wave, 0 for noise. Measured with five voices, speech has 0.72
   * and more at 8 kHz and 0.9 and more at 24 kHz; in a wrong encoding at most 0.27 and 0.41. NaN when nothing was voiced.
   */
  readonly smoothness: number;
  /** What speech at this rate surely has. */
  readonly leastSmoothness: number;
  /** Audio that came for each ms that passed while the agent was sending: 1 in real time, more when it sends ahead. */
  readonly pace: number;
}

/** Samples in a row at full scale that no wave has unless it was cut off. */
const FLAT_SAMPLES = 4;
/** The last step of μ-law holds all from 31,100 on, so there full scale is 32,124. */
const FULL_ULAW = 32124;
const FULL_PCM = 32767;
/** Payloads further apart than this do not belong to the same stream. */
const STREAM_GAP_MS = 100;
/** A stream is measured once it has lasted so long. */
const SHORTEST_STREAM_MS = 400;

export class SoundCheck {
  readonly #ulaw: boolean;
  readonly #full: number;
  readonly #leastSmoothness: number;
  #voicedMs = 0;
  #clippedMs = 0;
  #energy = 0;
  #likeness = 0;
  /** The present stream of payloads, and the sums of those that were long enough. */
  #stream = { startedAt: 0, lastAt: Number.NEGATIVE_INFINITY, ms: 0, lastMs: 0 };
  #streamedMs = 0;
  #elapsedMs = 0;

  constructor(plain: MediaFormat) {
    this.#ulaw = plain.encoding === "g711_ulaw";
    this.#full = this.#ulaw ? FULL_ULAW : FULL_PCM;
    this.#leastSmoothness = plain.sampleRate <= 8000 ? 0.45 : 0.6;
  }

  hear({ plain, ms, voiced }: HeardFrame, arrivedAt: number): void {
    this.#pace(ms, arrivedAt);
    if (!voiced) return;
    this.#voicedMs += ms;
    const samples = this.#ulaw ? decodeUlaw(plain) : pcmSamples(plain);
    let flat = 0;
    let isClipped = false;
    let sum = 0;
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i];
      flat = Math.abs(sample) >= this.#full ? flat + 1 : 0;
      if (flat >= FLAT_SAMPLES) isClipped = true;
      sum += sample;
    }
    // Without its mean: digital silence read as μ-law is a constant of full scale, and constants are alike.
    const mean = sum / samples.length;
    for (let i = 1; i < samples.length; i++) {
      this.#energy += (samples[i] - mean) ** 2;
      this.#likeness += (samples[i] - mean) * (samples[i - 1] - mean);
    }
    if (isClipped) this.#clippedMs += ms;
  }

  get facts(): SoundFacts {
    const [ms, elapsed] = this.#measured();
    return {
      voicedMs: this.#voicedMs,
      clippedMs: this.#clippedMs,
      smoothness: this.#likeness / this.#energy,
      leastSmoothness: this.#leastSmoothness,
      pace: elapsed > 0 ? ms / elapsed : 1,
    };
  }

  #pace(ms: number, at: number): void {
    if (at - this.#stream.lastAt > STREAM_GAP_MS) {
      [this.#streamedMs, this.#elapsedMs] = this.#measured();
      this.#stream = { startedAt: at, lastAt: at, ms: 0, lastMs: 0 };
    }
    if (at !== this.#stream.lastAt) this.#stream.lastMs = 0;
    this.#stream.lastAt = at;
    this.#stream.ms += ms;
    this.#stream.lastMs += ms;
  }

  /** With the present stream, if it is long enough. Its last payload is still playing. */
  #measured(): [ms: number, elapsedMs: number] {
    const { startedAt, lastAt, ms, lastMs } = this.#stream;
    const elapsed = lastAt - startedAt;
    if (elapsed < SHORTEST_STREAM_MS) return [this.#streamedMs, this.#elapsedMs];
    return [this.#streamedMs + ms - lastMs, this.#elapsedMs + elapsed];
  }
}
