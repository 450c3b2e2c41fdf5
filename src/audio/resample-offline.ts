/** Sample-rate conversion of a whole recording between any two rates, such as 44,100 to 8,000 Hz, without delay. */

/** Zero crossings of the sinc on each side: with the window below, 80 dB down within 8 % of the lower rate. */
const CROSSINGS = 32;
/** Table steps between two crossings; the straight line between two steps is within -105 dB of the curve. */
const STEPS = 512;
const KAISER_BETA = 8;
/** The middle of the slope, relative to half the lower rate. At 8 kHz: flat to 3.4 kHz, 80 dB down from 4 kHz on. */
const CUTOFF = 0.92;

let kernel: Float64Array | undefined;

/**
 * All of `samples` at another rate by windowed-sinc interpolation. Sample 0 stays sample 0; the result has
 * `samples.length * toHz / fromHz` samples, rounded, and is saturated to 16 bits.
 */
export function resampleAll(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  if (fromHz === toHz) return samples.slice();
  kernel ??= makeKernel();
  const out = new Int16Array(Math.round((samples.length * toHz) / fromHz));
  // Crossings of the sinc for each input sample: less than one where the rate goes down.
  const density = CUTOFF * Math.min(1, toHz / fromHz);
  const reach = CROSSINGS / density;
  for (let o = 0; o < out.length; o++) {
    const centre = (o * fromHz) / toHz;
    const last = Math.min(samples.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let i = Math.max(0, Math.ceil(centre - reach)); i <= last; i++) {
      const place = Math.abs(i - centre) * density * STEPS;
      const step = Math.floor(place);
      sum += samples[i] * (kernel[step] + (place - step) * (kernel[step + 1] - kernel[step]));
    }
    out[o] = Math.max(-32768, Math.min(32767, Math.round(sum * density)));
  }
  return out;
}

/** One half of the sinc under a Kaiser window, and two zeros to interpolate with at its end. */
function makeKernel(): Float64Array {
  const length = CROSSINGS * STEPS;
  const table = new Float64Array(length + 2);
  for (let i = 0; i < length; i++) {
    const angle = (Math.PI * i) / STEPS;
    const window = bessel(KAISER_BETA * Math.sqrt(1 - (i / length) ** 2)) / bessel(KAISER_BETA);
    table[i] = window * (i === 0 ? 1 : Math.sin(angle) / angle);
  }
  return table;
}

/** The modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-16; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
