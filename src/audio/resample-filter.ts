/**
 * The low-pass filters of the resampler, computed when first needed, in a few ms, from one description for all rate pairs.
 *
 * Frequencies and times are in units of the lower of the two rates, so that 3400 Hz at 8 kHz is 0.425. The filter runs at
 * `factor` times that rate. It is the weighted least-squares FIR with a prescribed delay of 15 samples of the lower rate
 * (1.875 ms at 8 kHz): an integer, so that going up and down again returns every sample to its place on the grid.
 *
 * Going down, all that would fold, from 0.5 on, must be 70 dB lower while 0.425 is still flat. A symmetric filter of this
 * delay cannot be that steep. Tails longer than the delay can, at a price of at most 0.3 degrees of phase error below 0.425
 * (nine of ten μ-law codes survive a trip up and down). Going up, images of the pass band lie beyond 0.575, and the shorter symmetric
 * filter is enough.
 */

/** Samples of the lower rate. */
export const DELAY = 15;

const PASS_EDGE = 0.425;

interface Band {
  readonly from: number;
  readonly to: number;
  readonly gain: 0 | 1;
  readonly weight: number;
}

/** The error of a least-squares filter peaks at the edges of its bands: a narrow, heavier band there levels it out. */
function bands(stopEdge: number, nyquist: number, edge: number, stop: number): Band[] {
  return [
    { from: 0, to: PASS_EDGE - 0.0125, gain: 1, weight: 1 },
    { from: PASS_EDGE - 0.0125, to: PASS_EDGE, gain: 1, weight: edge },
    { from: stopEdge, to: stopEdge + 0.025, gain: 0, weight: stop * edge },
    { from: stopEdge + 0.025, to: nyquist, gain: 0, weight: stop },
  ];
}

/**
 * The impulse response of one resampling filter at `factor` times the lower rate, with a gain of 1 at 0 Hz.
 * @param factor the common rate on which both sides fall, over the lower rate: 2, 3 or 6.
 */
export function lowpass(factor: number, direction: "up" | "down"): Float64Array {
  return direction === "down"
    ? leastSquares(51 * factor, factor, bands(0.5, factor / 2, 30, 300))
    : leastSquares(2 * DELAY * factor + 1, factor, bands(0.5625, factor / 2, 10, 30));
}

/** Minimises the weighted, squared, complex error over the bands: a Toeplitz system, whose integrals have closed forms. */
function leastSquares(taps: number, factor: number, bands: readonly Band[]): Float64Array {
  const matrix = new Float64Array(taps);
  const wanted = new Float64Array(taps);
  for (const { from, to, gain, weight } of bands) {
    for (let n = 0; n < taps; n++) {
      matrix[n] += weight * cosineIntegral(n / factor, from, to);
      wanted[n] += weight * gain * cosineIntegral(n / factor - DELAY, from, to);
    }
  }
  matrix[0] *= 1 + 1e-9; // Bounds the gain between the bands, where nothing else does.
  return solveToeplitz(matrix, wanted);
}

/** The integral of cos(2π·f·time) over f. */
function cosineIntegral(time: number, from: number, to: number): number {
  const angular = 2 * Math.PI * time;
  return time === 0 ? to - from : (Math.sin(angular * to) - Math.sin(angular * from)) / angular;
}

/** Solves T·x = y for the symmetric positive definite Toeplitz matrix with this first column (Levinson's recursion). */
function solveToeplitz(column: Float64Array, y: Float64Array): Float64Array {
  const size = y.length;
  const x = new Float64Array(size);
  let predictor = new Float64Array(size);
  predictor[0] = 1;
  let error = column[0];
  x[0] = y[0] / error;
  for (let n = 1; n < size; n++) {
    let mismatch = 0;
    let residual = y[n];
    for (let i = 0; i < n; i++) {
      mismatch += predictor[i] * column[n - i];
      residual -= x[i] * column[n - i];
    }
    const reflection = -mismatch / error;
    const longer = new Float64Array(size);
    for (let i = 0; i <= n; i++) longer[i] = predictor[i] + reflection * predictor[n - i];
    predictor = longer;
    error *= 1 - reflection * reflection;
    for (let i = 0; i <= n; i++) x[i] += (residual / error) * predictor[n - i];
  }
  return x;
}
