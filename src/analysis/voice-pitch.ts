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
  const found: number[] = [];
  const step = Math.max(1, Math.round(rate / RATE_HZ));
  const slowRate = rate / step;
  const window = Math.round((slowRate * WINDOW_MS) / 1000);
  const least = Math.round((slowRate * LEAST_LAG_MS) / 1000);
  const longest = Math.ceil(slowRate / LOWEST_HZ);
  for (const piece of pieces) {
    const samples = decimated(piece, step);
    for (let at = 0; at + window + least <= samples.length; at += window) {
      if (found.length === MOST_WINDOWS) break;
      const most = Math.min(longest, samples.length - window - at);
      const lag = periodAt(samples, at, window, Math.floor(slowRate / HIGHEST_HZ), most);
      if (lag > 0) found.push(slowRate / lag);
    }
  }
  if (found.length < LEAST_WINDOWS) return undefined;
  found.sort((a, b) => a - b);
  const quantile = (share: number) => found[Math.floor(share * (found.length - 1))]!;
  const hz = quantile(0.5);
  return { hz, glides: quantile(0.9) - quantile(0.1) > LEAST_GLIDE * hz };
}

/** Means of `step` samples each, around the middle of them all: a constant offset repeats itself at every lag. */
function decimated(samples: Int16Array, step: number): Float64Array {
  const means = Float64Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < step; k++) sum += samples[i * step + k];
    return sum / step;
  });
  const middle = means.reduce((sum, mean) => sum + mean, 0) / Math.max(1, means.length);
  return means.map((mean) => mean - middle);
}

/** In samples; 0 when the window does not repeat itself. */
function periodAt(
  samples: Float64Array,
  at: number,
  window: number,
  shortest: number,
  longest: number,
): number {
  const likeness = new Float64Array(longest + 1);
  let best = 0;
  for (let lag = shortest; lag < longest; lag++) {
    likeness[lag] = likenessAt(samples, at, window, lag);
    if (likeness[lag]! > best) best = likeness[lag]!;
  }
  if (best < LEAST_LIKENESS) return 0;
  for (let lag = shortest + 1; lag < longest; lag++) {
    const here = likeness[lag]!;
    if (here >= PEAK_SHARE * best && here >= likeness[lag - 1]! && here >= likeness[lag + 1]!) return lag;
  }
  return 0;
}

function likenessAt(samples: Float64Array, at: number, window: number, lag: number): number {
  let product = 0;
  let now = 1;
  let later = 1;
  for (let i = at; i < at + window; i++) {
    product += samples[i]! * samples[i + lag]!;
    now += samples[i]! ** 2;
    later += samples[i + lag]! ** 2;
  }
  return product / Math.sqrt(now * later);
}
