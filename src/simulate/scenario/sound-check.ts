/** Tells from the samples alone whether audio is overdriven, or is noise because it was sent in another encoding. */
import { FrameMeter, leastSmoothness } from "../../analysis/frame-meter.js";
import { Pace } from "../../analysis/pace.js";
import type { MediaFormat } from "../../audio/format.js";
import type { HeardFrame } from "../ear.js";

export interface SoundFacts {
  /** Milliseconds of voiced audio. */
  readonly voicedMs: number;
  /** Milliseconds of frames in which the wave is cut off at full scale. */
  readonly clippedMs: number;
  /** How much each sample is like the one before, as `FrameMeter` has it. NaN when nothing was voiced. */
  readonly smoothness: number;
  /** What speech at this rate surely has. */
  readonly leastSmoothness: number;
  /** Audio that came for each ms that passed while the agent was sending: 1 in real time, more when it sends ahead. */
  readonly pace: number;
}

export class SoundCheck {
  readonly #meter: FrameMeter;
  readonly #pace = new Pace();
  readonly #leastSmoothness: number;

  constructor(plain: MediaFormat) {
    this.#meter = new FrameMeter(plain);
    this.#leastSmoothness = leastSmoothness(plain.sampleRate);
  }

  hear({ plain, ms, voiced }: HeardFrame, arrivedAt: number): void {
    this.#pace.add(ms, arrivedAt);
    if (!voiced) return;
    this.#meter.measure(plain);
    this.#meter.addVoiced(ms);
  }

  get facts(): SoundFacts {
    const { voicedMs, clippedMs, smoothness } = this.#meter;
    const pace = this.#pace.value;
    return { voicedMs, clippedMs, smoothness, leastSmoothness: this.#leastSmoothness, pace };
  }
}
