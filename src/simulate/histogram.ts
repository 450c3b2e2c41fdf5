/** Counts many measurements in little memory: percentiles to 0.2 %, the maximum and the mean exactly. */

/** The smallest value told apart from zero, in the unit of what is measured. */
const SMALLEST = 0.01;
const LARGEST = 1e7;
const STEP = Math.log(1.002);
const BUCKETS = Math.ceil(Math.log(LARGEST / SMALLEST) / STEP) + 2;

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  /** The largest value, exactly. Undefined when there is none: no measurement is not a fast one. */
  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  /** Undefined when there is nothing to take a mean of. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** Values below zero count as zero. */
  record(value: number): void {
    this.#counts[bucketOf(value)]++;
    this.#count++;
    if (value > 0) this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  /** The nearest-rank percentile, at most 0.2 % too large. Undefined when nothing was recorded. @param p 0 to 100. */
  percentile(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil((p / 100) * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket];
      if (seen >= rank) return Math.min(this.#max, upperBound(bucket));
    }
    return this.#max;
  }
}

function bucketOf(value: number): number {
  if (!(value >= SMALLEST)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(value / SMALLEST) / STEP));
}

function upperBound(bucket: number): number {
  return bucket === 0 ? 0 : SMALLEST * Math.exp(bucket * STEP);
}
