/** Measures the sound of one side's frames, each in one pass over its samples: level, clipping, DC, likeness to speech. */
import { bytesPerMs, FRAME_MS, type MediaFormat, silenceByte } from "../audio/format.js";
import { decodeUlaw } from "../audio/g711.js";
import { pcmSamples } from "../audio/pcm.js";

const FULL_SCALE = 32768;
/** Samples in a row at full scale that no wave has unless it was cut off. */
const FLAT_SAMPLES = 4;
/** The last step of μ-law holds all from 31,100 on, so there full scale is 32,124. */
const FULL_ULAW = 32124;
const FULL_PCM = 32767;

/** What speech at this rate surely has of smoothness. */
export function leastSmoothness(sampleRate: number): number {
  return sampleRate <= 8000 ? 0.45 : 0.6;
}

export class FrameMeter {
  /** The largest sample's magnitude. */
  peak = 0;
  /** Milliseconds of voiced frames, and of those in which the wave is cut off at full scale. */
  voicedMs = 0;
  clippedMs = 0;
  /** Of the frame measured last: mean square, 0 to 1 = full scale, and the mean, -1 to 1. */
  level = 0;
  mean = 0;
  readonly #ulaw: boolean;
  readonly #full: number;
  readonly #samples: Int16Array;
  readonly #silence: Uint8Array;
  #energy = 0;
  #likeness = 0;
  #voicedMeans = 0;
  #isClipped = false;
  #frameEnergy = 0;
  #frameLikeness = 0;

  /** @param plain the format of the frames: never Opus. */
  constructor(plain: MediaFormat) {
    this.#ulaw = plain.encoding === "g711_ulaw";
    this.#full = this.#ulaw ? FULL_ULAW : FULL_PCM;
    const frameBytes = bytesPerMs(plain) * FRAME_MS;
    this.#samples = new Int16Array(frameBytes);
    this.#silence = new Uint8Array(frameBytes).fill(silenceByte(plain));
  }

  /**
   * How much each sample is like the one before: 1 for a slow wave, 0 for noise. Measured with five voices, speech has 0.72
   * and more at 8 kHz and 0.9 and more at 24 kHz; in a wrong encoding at most 0.27 and 0.41. NaN when nothing was voiced.
   */
  get smoothness(): number {
    return this.#likeness / this.#energy;
  }

  /** The mean of all voiced frames, -1 to 1 = full scale. */
  get voicedMean(): number {
    return this.voicedMs > 0 ? this.#voicedMeans / this.voicedMs : 0;
  }

  /**
   * Looks at a frame of whole samples, at most 20 ms.
   * @returns its mean square, 0 to 1 = full scale.
   */
  measure(frame: Uint8Array): number {
    this.mean = 0;
    this.level = 0;
    // Half of every call.
    if (frame[0] === this.#silence[0] && Buffer.compare(frame, this.#silence) === 0) return this.#nothing();
    const samples = this.#ulaw ? this.#decoded(frame) : pcmSamples(frame);
    const count = samples.length;
    if (count === 0) return this.#nothing();
    let peak = 0;
    let sum = 0;
    let squares = 0;
    let products = 0;
    let before = 0;
    for (let i = 0; i < count; i++) {
      const sample = samples[i];
      const magnitude = sample < 0 ? -sample : sample;
      if (magnitude > peak) peak = magnitude;
      sum += sample;
      squares += sample * sample;
      products += sample * before;
      before = sample;
    }
    if (peak > this.peak) this.peak = peak;
    // Without its mean: digital silence read as μ-law is a constant of full scale, and constants are alike.
    const mean = sum / count;
    const ends = samples[0] + before;
    this.#frameEnergy = Math.max(0, squares - count * mean * mean);
    this.#frameLikeness = products - mean * (2 * sum - ends) + (count - 1) * mean * mean;
    this.#isClipped = peak >= this.#full && isFlat(samples, this.#full);
    this.mean = mean / FULL_SCALE;
    this.level = squares / count / FULL_SCALE ** 2;
    return this.level;
  }

  /** The frame measured last is speech, and counts. */
  addVoiced(ms: number): void {
    this.voicedMs += ms;
    if (this.#isClipped) this.clippedMs += ms;
    this.#energy += this.#frameEnergy;
    this.#likeness += this.#frameLikeness;
    this.#voicedMeans += this.mean * ms;
  }

  #nothing(): number {
    this.#frameEnergy = 0;
    this.#frameLikeness = 0;
    this.#isClipped = false;
    return 0;
  }

  #decoded(frame: Uint8Array): Int16Array {
    const { length } = this.#samples;
    return decodeUlaw(
      frame,
      frame.length === length ? this.#samples : this.#samples.subarray(0, frame.length),
    );
  }
}

/** Whether some samples in a row are at full scale. */
function isFlat(samples: Int16Array, full: number): boolean {
  let flat = 0;
  for (const sample of samples) {
    flat = Math.abs(sample) >= full ? flat + 1 : 0;
    if (flat >= FLAT_SAMPLES) return true;
  }
  return false;
}
