/** Speech repeats itself every few milliseconds: how often, and how to add or leave out one such period without a click. */

const SHORTEST_MS = 2.5;
const LONGEST_MS = 15;
/** What is compared with what came one period earlier. */
const COMPARED_MS = 10;
/** A search at every lag of this rate is quick, and fine enough to start from. */
const COARSE_HZ = 8000;
/** As long can a gap be covered before it sounds like a machine. */
const CONCEALED_MS = 60;

export interface Pitch {
  /** In samples. */
  readonly period: number;
  /** How well it repeats: 1 exactly, 0 not at all; 0 for silence. */
  readonly likeness: number;
}

/** Samples that `pitchOf` wants to see. */
export function pitchSamples(rate: number): number {
  return Math.ceil(((LONGEST_MS + COMPARED_MS) * rate) / 1000) + Math.ceil(rate / COARSE_HZ);
}

/** The period of the end of `samples`, of which there are at least `pitchSamples`. */
export function pitchOf(samples: Int16Array, rate: number): Pitch {
  const step = Math.max(1, Math.round(rate / COARSE_HZ));
  const [least, most] = [SHORTEST_MS, LONGEST_MS].map((ms) => Math.round((ms * rate) / 1000));
  const compared = Math.round((COMPARED_MS * rate) / 1000);
  let best: Pitch = { period: most!, likeness: 0 };
  const look = (period: number, stride: number) => {
    const likeness = likenessAt(samples, period, compared, stride);
    if (likeness > best.likeness) best = { period, likeness };
  };
  for (let period = least!; period <= most!; period += step) look(period, step);
  const { period: coarse } = best;
  for (let period = Math.max(least!, coarse - step); period <= Math.min(most!, coarse + step); period++)
    look(period, Math.ceil(step / 2));
  return best;
}

function likenessAt(samples: Int16Array, period: number, compared: number, stride: number): number {
  let product = 0;
  let now = 1;
  let before = 1;
  for (let at = samples.length - compared; at < samples.length; at += stride) {
    const a = samples[at]!;
    const b = samples[at - period]!;
    product += a * b;
    now += a * a;
    before += b * b;
  }
  return product / Math.sqrt(now * before);
}

/** `samples` from `from`, each passing over into `into` from `intoFrom`, evenly over `count`. */
export function crossfade(
  samples: Int16Array,
  from: number,
  into: Int16Array,
  intoFrom: number,
  count: number,
): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => {
    const share = (i + 0.5) / count;
    return Math.round(samples[from + i]! * (1 - share) + into[intoFrom + i]! * share);
  });
}

/**
 * Makes up what should have come next: the last period again and again, softer and softer, silent after 60 ms (as in
 * ITU-T G.711 Appendix I). Begins where the last sample was, so that nothing clicks.
 */
export class Concealment {
  readonly #loop: Int16Array;
  readonly #length: number;
  /** What the first sample would miss the last one by, let go over the first milliseconds. */
  #step: number;
  readonly #letGo: number;
  #at = 0;

  /** @param history the last samples that were heard, at least `pitchSamples`. */
  constructor(history: Int16Array, rate: number) {
    const { period } = pitchOf(history, rate);
    const end = history.length;
    const joined = period >> 2;
    this.#loop = history.slice(end - period);
    // Its end leads over to its own beginning.
    this.#loop.set(crossfade(history, end - joined, history, end - period - joined, joined), period - joined);
    this.#step = history[end - 1]! - history[end - 1 - period]!;
    this.#letGo = Math.exp(-1000 / rate);
    this.#length = Math.round((CONCEALED_MS * rate) / 1000);
  }

  get isOver(): boolean {
    return this.#at >= this.#length;
  }

  /** The next samples, silence in the end. */
  take(count: number): Int16Array {
    return Int16Array.from({ length: count }, () => {
      const at = this.#at++;
      const gain = Math.max(0, 1 - at / this.#length);
      const sample = (this.#loop[at % this.#loop.length]! + this.#step) * gain;
      this.#step *= this.#letGo;
      return Math.max(-32768, Math.min(32767, Math.round(sample)));
    });
  }
}
