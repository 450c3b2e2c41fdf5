/**
 * Test signals, and measurements of what became of them: for tests, benchmarks and `simulate --tone`.
 *
 * Signals are 16-bit mono samples. Here 0 dBFS is a sine whose peaks touch full scale, as in telephony, so that
 * `toneDbfs(sine(1000, -10, …), …)` is -10. (`levelDbfs` measures RMS, in which that sine is at -13.01.)
 */

const PEAK = 32767;
const amplitude = (dbfs: number): number => PEAK * 10 ** (dbfs / 20);
const samplesIn = (ms: number, rate: number): number => Math.round((ms * rate) / 1000);

/** A sine that starts at phase 0. `dbfs` is its peak level, at most 0. */
export function sine(hz: number, dbfs: number, ms: number, rate: number): Int16Array {
  const step = (2 * Math.PI * hz) / rate;
  return Int16Array.from({ length: samplesIn(ms, rate) }, (_, i) =>
    Math.round(amplitude(dbfs) * Math.sin(step * i)),
  );
}

/** Digital silence. */
export function silence(ms: number, rate: number): Int16Array {
  return new Int16Array(samplesIn(ms, rate));
}

/** Silence with one pulse of half scale, 1 ms long, that starts at `atMs`. */
export function click(atMs: number, totalMs: number, rate: number): Int16Array {
  return silence(totalMs, rate).fill(PEAK >> 1, samplesIn(atMs, rate), samplesIn(atMs + 1, rate));
}

/** A sine whose frequency moves evenly from `fromHz` to `toHz`: unlike itself at every lag but 0. */
export function sweep(fromHz: number, toHz: number, dbfs: number, ms: number, rate: number): Int16Array {
  const length = samplesIn(ms, rate);
  return Int16Array.from({ length }, (_, i) => {
    const cycles = (i / rate) * (fromHz + ((toHz - fromHz) * i) / (2 * length));
    return Math.round(amplitude(dbfs) * Math.sin(2 * Math.PI * cycles));
  });
}

/** Evenly distributed noise with peaks at `dbfs`, the same for the same `seed` (the mulberry32 generator). */
export function whiteNoise(seed: number, dbfs: number, ms: number, rate: number): Int16Array {
  let state = seed | 0;
  return silence(ms, rate).map(() => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    const unit = ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 31 - 1;
    return Math.round(amplitude(dbfs) * unit);
  });
}

/** The level of the tone at `hz` in dBFS, by a least-squares fit, which is exact for any length; -Infinity for silence. */
export function toneDbfs(samples: Int16Array, rate: number, hz: number): number {
  const { cosine, sine } = fitTone(samples, rate, hz);
  return 20 * Math.log10(Math.hypot(cosine, sine) / PEAK);
}

/**
 * The tone at `hz` over all that is not it, in dB: noise, distortion and images over the full band from 0 to rate / 2,
 * without the DC. Infinity for a tone without residue, NaN for silence.
 */
export function sinadDb(samples: Int16Array, rate: number, hz: number): number {
  const { cosine, sine, dc } = fitTone(samples, rate, hz);
  const step = (2 * Math.PI * hz) / rate;
  let tone = 0;
  let residue = 0;
  for (let i = 0; i < samples.length; i++) {
    const fitted = cosine * Math.cos(step * i) + sine * Math.sin(step * i);
    tone += fitted ** 2;
    residue += (samples[i] - dc - fitted) ** 2;
  }
  return 10 * Math.log10(tone / residue);
}

/**
 * The lag, in samples from -maxLag to maxLag, at which `b` is most like `a`: positive when `b` is the later one.
 * `correlation` is 1 for the same shape at that lag, 0 for silence or shapes that have nothing in common.
 */
export function bestLag(a: Int16Array, b: Int16Array, maxLag: number): { lag: number; correlation: number } {
  let best = { lag: 0, correlation: 0 };
  for (let lag = -maxLag; lag <= maxLag; lag++) {
    let product = 0;
    let energyA = 0;
    let energyB = 0;
    for (let i = Math.max(0, -lag), end = Math.min(a.length, b.length - lag); i < end; i++) {
      product += a[i] * b[i + lag];
      energyA += a[i] * a[i];
      energyB += b[i + lag] * b[i + lag];
    }
    const correlation = product / Math.sqrt(energyA * energyB);
    if (correlation > best.correlation) best = { lag, correlation };
  }
  return best;
}

/** Fits `cosine·cos + sine·sin + dc` to the samples: three normal equations, solved by Cramer's rule. */
function fitTone(
  samples: Int16Array,
  rate: number,
  hz: number,
): { cosine: number; sine: number; dc: number } {
  const step = (2 * Math.PI * hz) / rate;
  const n = samples.length;
  let [c, s, cc, cs, ss, xc, xs, x] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const cosine = Math.cos(step * i);
    const sine = Math.sin(step * i);
    c += cosine;
    s += sine;
    cc += cosine * cosine;
    cs += cosine * sine;
    ss += sine * sine;
    xc += samples[i] * cosine;
    xs += samples[i] * sine;
    x += samples[i];
  }
  const determinant = (a: number[], b: number[], d: number[]): number =>
    a[0] * (b[1] * d[2] - b[2] * d[1]) -
    b[0] * (a[1] * d[2] - a[2] * d[1]) +
    d[0] * (a[1] * b[2] - a[2] * b[1]);
  const [column1, column2, column3, wanted] = [
    [cc, cs, c],
    [cs, ss, s],
    [c, s, n],
    [xc, xs, x],
  ];
  const whole = determinant(column1, column2, column3);
  return {
    cosine: determinant(wanted, column2, column3) / whole,
    sine: determinant(column1, wanted, column3) / whole,
    dc: determinant(column1, column2, wanted) / whole,
  };
}
