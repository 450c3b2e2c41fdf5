/** What speech sounded like, in a few bytes a second: enough to tell whether two replies say the same, too little to hear them. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "../audio/format.js";
import { plainSamples } from "../audio/plain-samples.js";
import type { Span } from "./call-analysis.js";

/** Eight bands of 500 Hz: what a telephone line carries. */
const BANDS = 8;
const BAND_RATE = 8000;
const FRAME_SAMPLES = (BAND_RATE / 1000) * FRAME_MS;
/** A row of bands for each of these. */
const HOP_MS = 100;
/** A frame counts less the further it is from its row's middle, and not at all from here on, in frames. */
const REACH = 150 / FRAME_MS;
/** What is 35 dB softer than the loudest is a pause. */
const PAUSE = 10 ** -3.5;
/** Softer than this is silence. */
const SOFTEST_DB = -72;
const SOFTEST = 10 ** (SOFTEST_DB / 10);
const STEP_DB = 0.25;

/** Listens to one side of a call, and gives the fingerprint of any stretch of it afterwards. */
export class Fingerprints {
  readonly #plain: MediaFormat;
  readonly #frameBytes: number;
  /** Samples of which one is made, so that all rates come to 8 kHz. */
  readonly #every: number;
  readonly #samples = new Float64Array(FRAME_SAMPLES);
  readonly #halves = new Float64Array(FRAME_SAMPLES);
  readonly #at: number[] = [];
  #bands = new Float32Array(BANDS * 512);

  /** @throws RangeError for Opus. */
  constructor(plain: MediaFormat) {
    this.#plain = plain;
    this.#frameBytes = bytesPerMs(plain) * FRAME_MS;
    this.#every = plain.sampleRate / BAND_RATE;
  }

  /** Plain audio of any length that begins to be heard at `heardAt`. Told in the order in which it is heard. */
  hear(heardAt: number, plain: Uint8Array): void {
    if (plain.length <= this.#frameBytes) {
      this.#frame(heardAt, plain);
      return;
    }
    for (let from = 0; from < plain.length; from += this.#frameBytes) {
      const frame = plain.subarray(from, from + this.#frameBytes);
      this.#frame(heardAt + (from / this.#frameBytes) * FRAME_MS, frame);
    }
  }

  /**
   * The bands of a stretch, a row for each 100 ms that are heard, as base64. Pauses and holes are left out: whether silence is
   * sent, and whether the network made a hole, is no matter of sound. Empty when nothing of it was audible.
   */
  of({ from, to }: Span): string {
    const frames = this.#audible(this.#firstFrom(from), this.#firstFrom(to));
    const rows = Math.ceil((frames.length * FRAME_MS) / HOP_MS);
    const print = new Uint8Array(rows * BANDS);
    const sums = new Float64Array(BANDS);
    for (let row = 0; row < rows; row++) {
      const middle = ((row + 0.5) * HOP_MS) / FRAME_MS;
      sums.fill(0);
      for (let k = Math.max(0, Math.ceil(middle - REACH)); k < Math.min(middle + REACH, frames.length); k++) {
        const weight = (1 - Math.abs(k + 0.5 - middle) / REACH) / REACH;
        for (let band = 0; band < BANDS; band++)
          sums[band] += Math.max(0, weight) * this.#bands[frames[k] * BANDS + band];
      }
      for (let band = 0; band < BANDS; band++) print[row * BANDS + band] = level(sums[band]);
    }
    return print.some((value) => value > 0) ? Buffer.from(print).toString("base64") : "";
  }

  /** The frames that are not far softer than the loudest. */
  #audible(first: number, end: number): number[] {
    const levels = Array.from({ length: Math.max(0, end - first) }, (_, i) => {
      const at = (first + i) * BANDS;
      return this.#bands.subarray(at, at + BANDS).reduce((sum, band) => sum + band, 0);
    });
    const least = levels.reduce((most, level) => Math.max(most, level), 0) * PAUSE;
    return levels.flatMap((level, i) => (level >= least ? [first + i] : []));
  }

  #frame(heardAt: number, frame: Uint8Array): void {
    const heard = plainSamples(frame, this.#plain);
    // Whole bands only: what is left over of an odd chunk is less than a millisecond.
    const count = Math.floor(heard.length / this.#every / BANDS) * BANDS;
    let energy = 0;
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = i * this.#every; j < (i + 1) * this.#every; j++) sum += heard[j];
      this.#samples[i] = sum / this.#every / 32768;
      energy += this.#samples[i] ** 2;
    }
    if (energy <= SOFTEST * count) return;
    const at = this.#at.length * BANDS;
    if (at === this.#bands.length) {
      const longer = new Float32Array(2 * at);
      longer.set(this.#bands);
      this.#bands = longer;
    }
    this.#at.push(heardAt + FRAME_MS / 2);
    this.#split(count);
    const length = count / BANDS;
    for (let band = 0; band < BANDS; band++) {
      let sum = 0;
      for (let i = band * length; i < (band + 1) * length; i++) sum += this.#samples[i] ** 2;
      this.#bands[at + band] = sum / count;
    }
  }

  /** Splits the samples into bands by halves, sums and differences of neighbours (Haar's wavelets): cheap, and exact. */
  #split(count: number): void {
    for (let length = count; length > count / BANDS; length /= 2) {
      for (let from = 0; from < count; from += length) {
        for (let i = 0; i < length / 2; i++) {
          const a = this.#samples[from + 2 * i];
          const b = this.#samples[from + 2 * i + 1];
          this.#halves[from + i] = (a + b) * Math.SQRT1_2;
          this.#halves[from + length / 2 + i] = (a - b) * Math.SQRT1_2;
        }
      }
      this.#samples.set(this.#halves);
    }
  }

  #firstFrom(at: number): number {
    let low = 0;
    let high = this.#at.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Rows that may stand for each other: speech that begins or hesitates a little otherwise is the same speech. */
const SHIFT_ROWS = 2;
/** Places between two rows that are tried too, because nobody's speech begins on our rows. */
const PLACES = 4;
/** Bands this far below the mean of their reply are not compared: there codecs differ. */
const DEEPEST_DB = -24;
/** Rows that differ by this much, in dB, have nothing in common. */
const UNLIKE_DB = 14;

/**
 * How alike two fingerprints are, from 0 to 1: the same speech has 0.95 and more, also in another codec or at another
 * level; other words of the same voice have about 0.8. Undefined when one of them is empty or none.
 * @param isPart only as far as the shorter one goes: one of them was cut off.
 */
export function similarity(a: string, b: string, isPart = false): number | undefined {
  const most = isPart ? Math.min(countOf(a), countOf(b)) : undefined;
  const [rowsA, rowsB] = [rowsOf(a, most), rowsOf(b, most)];
  if (rowsA.length === 0 || rowsB.length === 0) return undefined;
  const both = Math.min(likeness(rowsA, rowsB), likeness(rowsB, rowsA));
  return Math.round(both * 1000) / 1000;
}

interface Row {
  /** In dB relative to the mean of the whole. */
  readonly bands: readonly number[];
  /** How much it matters, from 0: silence. */
  readonly weight: number;
}

function countOf(print: string): number {
  return Math.floor(Buffer.from(print, "base64").length / BANDS);
}

function rowsOf(print: string, count = countOf(print)): Row[] {
  const bytes = Buffer.from(print, "base64");
  let energy = 0;
  for (let i = 0; i < count * BANDS; i++) energy += power(bytes[i]);
  if (energy === 0) return [];
  const meanDb = 10 * Math.log10(energy / (count * BANDS));
  return Array.from({ length: count }, (_, row) => {
    const bands = Array.from(bytes.subarray(row * BANDS, (row + 1) * BANDS), (value) =>
      Math.max(DEEPEST_DB, (value === 0 ? Number.NEGATIVE_INFINITY : decibels(value)) - meanDb),
    );
    return { bands, weight: bands.reduce((sum, band) => sum + band - DEEPEST_DB, 0) };
  });
}

/** How much of `rows` is found in `others`, at nearly the same place. */
function likeness(rows: readonly Row[], others: readonly Row[]): number {
  let sum = 0;
  let weights = 0;
  rows.forEach(({ bands, weight }, k) => {
    let best = 0;
    for (let shift = -SHIFT_ROWS * PLACES; shift <= SHIFT_ROWS * PLACES; shift++) {
      const place = k + shift / PLACES;
      const [before, after] = [others[Math.floor(place)], others[Math.ceil(place)]];
      if (before && after) best = Math.max(best, rowLikeness(bands, before.bands, after.bands, place % 1));
    }
    sum += best * weight;
    weights += weight;
  });
  return weights === 0 ? 0 : sum / weights;
}

/** Of a row, and what lies between two others: `part` of the way from one to the next. */
function rowLikeness(
  row: readonly number[],
  before: readonly number[],
  after: readonly number[],
  part: number,
): number {
  let sum = 0;
  for (let band = 0; band < BANDS; band++)
    sum += (row[band] - before[band] - part * (after[band] - before[band])) ** 2;
  return Math.max(0, 1 - Math.sqrt(sum / BANDS) / UNLIKE_DB);
}

/** A mean square as a byte: 0 for silence. */
function level(meanSquare: number): number {
  const steps = (10 * Math.log10(meanSquare) - SOFTEST_DB) / STEP_DB;
  return Math.max(0, Math.min(255, Math.round(steps)));
}

function decibels(value: number): number {
  return SOFTEST_DB + value * STEP_DB;
}

const POWERS = Float64Array.from({ length: 256 }, (_, value) =>
  value === 0 ? 0 : 10 ** (decibels(value) / 10),
);

function power(value: number): number {
  return POWERS[value];
}
