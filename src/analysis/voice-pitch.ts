/** How high a voice is, over a wider range than any voice has: so that speech at a wrong rate is told from speech. */

/** The search is done at this rate: enough for any pitch. */
const RATE_HZ = 8000;
const LOWEST_HZ = 22;
const HIGHEST_HZ = 1200;
/** What is compared with itself: several periods of most voices. */
const WINDOW_MS = 40;
/** A piece must be so much longer than the window: no voice has a longer period, only one at a wrong rate. */
const LEAST_LAG_MS = 18;
/** Windows looked at, at most. */
const MOST_WINDOWS = 24;
const LEAST_WINDOWS = 5;
/** How well a window must repeat itself to have a pitch. */
const LEAST_LIKENESS = 0.75;
/** An earlier peak nearly as high is the period, and the highest one a multiple of it. */
const PEAK_SHARE = 0.88;
/** Speech glides at least so far; a tone or a test signal does not. */
const LEAST_GLIDE = 0.04;

export interface VoicePitch {
  /** The median. */
  readonly hz: number;
  /** False for a steady tone. */
  readonly glides: boolean;
}

/** Undefined when too little of it is periodic. @param pieces of speech at `rate` Hz. */
export function voicePitch(pieces: readonly Int16Array[], rate: number): VoicePitch | undefined {
  const search = new PitchSearch(rate);
  for (const piece of pieces) {
    search.push(piece);
    search.cut();
  }
  return search.pitch;
}

/** Searches while it listens, a window at a time: to do all of it at the end would hold up whatever runs beside it. */
export class PitchSearch {
  readonly #step: number;
  readonly #rate: number;
  readonly #window: number;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #least: number;
  /** Of the present piece, at the slow rate: what the next window and its latest comparison take, and how much is there. */
  readonly #samples: Float64Array;
  #count = 0;
  /** The samples of which the next one becomes the mean. */
  #sum = 0;
  #summed = 0;
  /** In Hz. */
  readonly #found: number[] = [];

  /** @param rate of what is pushed, in Hz. */
  constructor(rate: number) {
    this.#step = Math.max(1, Math.round(rate / RATE_HZ));
    this.#rate = rate / this.#step;
    this.#window = Math.round((this.#rate * WINDOW_MS) / 1000);
    this.#least = Math.round((this.#rate * LEAST_LAG_MS) / 1000);
    this.#shortest = Math.floor(this.#rate / HIGHEST_HZ);
    this.#longest = Math.ceil(this.#rate / LOWEST_HZ);
    this.#samples = new Float64Array(this.#window + this.#longest);
  }

  /** The next samples of a piece of speech, in any chunking. */
  push(samples: Int16Array): void {
    if (this.#found.length === MOST_WINDOWS) return;
    for (let i = 0; i < samples.length; i++) {
      this.#sum += samples[i];
      if (++this.#summed < this.#step) continue;
      this.#samples[this.#count++] = this.#sum / this.#step;
      this.#sum = 0;
      this.#summed = 0;
      if (this.#count === this.#samples.length) this.#look();
    }
  }

  /** The piece ends here. */
  cut(): void {
    while (this.#count >= this.#window + this.#least) this.#look();
    this.#count = 0;
    this.#sum = 0;
    this.#summed = 0;
  }

  /** Of the pieces so far; a part of a window, while its piece goes on, is left out. Undefined when too little is periodic. */
  get pitch(): VoicePitch | undefined {
    if (this.#found.length < LEAST_WINDOWS) return undefined;
    const found = this.#found.toSorted((a, b) => a - b);
    const quantile = (share: number) => found[Math.floor(share * (found.length - 1))]!;
    const hz = quantile(0.5);
    return { hz, glides: quantile(0.9) - quantile(0.1) > LEAST_GLIDE * hz };
  }

  /** Searches the first window, and goes on behind it. */
  #look(): void {
    if (this.#found.length < MOST_WINDOWS) {
      const lag = periodIn(centred(this.#samples.subarray(0, this.#count)), this.#window, this.#shortest);
      if (lag > 0) this.#found.push(this.#rate / lag);
    }
    this.#samples.copyWithin(0, this.#window, this.#count);
    this.#count -= this.#window;
  }
}

/** Around the middle of them all: a constant offset repeats itself at every lag. */
function centred(samples: Float64Array): Float64Array {
  const middle = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  return samples.map((sample) => sample - middle);
}

/** After how many samples the first `window` of them come again; 0 when they do not. */
function periodIn(samples: Float64Array, window: number, shortest: number): number {
  const longest = samples.length - window;
  const likeness = likenesses(samples, window, longest);
  let best = 0;
  for (let lag = shortest; lag < longest; lag++) if (likeness[lag]! > best) best = likeness[lag]!;
  if (best < LEAST_LIKENESS) return 0;
  for (let lag = shortest + 1; lag < longest; lag++) {
    const here = likeness[lag]!;
    if (here >= PEAK_SHARE * best && here >= likeness[lag - 1]! && here >= likeness[lag + 1]!) return lag;
  }
  return 0;
}

/** How like the window is to what stands each number of samples later, from -1 to 1; after `longest` there are zeros. */
function likenesses(samples: Float64Array, window: number, longest: number): Float64Array {
  const likeness = new Float64Array(longest + 1);
  let now = 1;
  for (let i = 0; i < window; i++) now += samples[i]! ** 2;
  let later = now;
  for (let lag = 0; lag < longest; lag++) {
    let product = 0;
    for (let i = 0; i < window; i++) product += samples[i]! * samples[i + lag]!;
    likeness[lag] = product / Math.sqrt(now * later);
    later = Math.max(1, later + samples[window + lag]! ** 2 - samples[lag]! ** 2);
  }
  return likeness;
}
