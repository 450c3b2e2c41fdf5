/** Streaming sample-rate conversion among 8, 16, 24 and 48 kHz by a polyphase FIR filter. */
import { FirTaps, filtered, loadSamples, samples as window } from "./fir.js";
import type { SampleRate } from "./format.js";
import { DELAY, lowpass } from "./resample-filter.js";

/** How one rate becomes another: put `up - 1` zeros after each sample, filter, keep every `down`-th. */
interface Plan {
  readonly up: number;
  readonly down: number;
  /** Taps of one phase. */
  readonly taps: number;
  /** The taps of each of the `up` phases, shared by all resamplers of the pair. */
  readonly phases: readonly FirTaps[];
}

const plans = new Map<string, Plan>();

function planFor(from: SampleRate, to: SampleRate): Plan {
  const name = `${from}>${to}`;
  let plan = plans.get(name);
  if (!plan) plans.set(name, (plan = makePlan(from, to)));
  return plan;
}

function makePlan(from: SampleRate, to: SampleRate): Plan {
  const common = greatestCommonDivisor(from, to);
  const up = to / common;
  const down = from / common;
  const filter = from === to ? Float64Array.of(1) : lowpass(Math.max(up, down), up > down ? "up" : "down");
  const taps = Math.ceil(filter.length / up);
  const phases = Array.from({ length: up }, (_, phase) => {
    const row = new Float64Array(taps);
    for (let tap = 0; tap < taps; tap++) row[taps - 1 - tap] = filter[phase + up * tap] ?? 0;
    // Each phase alone has unity gain at 0 Hz, or a constant input would come out with a ripple.
    const sum = row.reduce((total, value) => total + value);
    return new FirTaps(row.map((value) => value / sum));
  });
  return { up, down, taps, phases };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Converts one stream. Keeps its state between chunks: the same samples in any chunking give the same samples out, and n
 * samples in give `n * to / from` samples out (rounded up) at once, also at the start, which is delayed like the rest.
 * Flat within 0.05 dB up to 0.425 of the lower rate (3.4 kHz at 8 kHz); going down, 70 dB of attenuation from 0.5 of it
 * (4 kHz) on. Silence stays silence exactly.
 */
export class Resampler {
  /** Group delay: 1.875 ms where 8 kHz is one of the rates, less where it is not, 0 between equal rates. */
  readonly delayMs: number;
  readonly #plan: Plan;
  readonly #delaySamples: number;
  /** The last `taps - 1` samples of what came before. */
  readonly #history: Int16Array;
  readonly #blockSamples: number;
  /** Position of the next output after the next input, in steps of 1/up of an input sample. */
  #position = 0;

  constructor(from: SampleRate, to: SampleRate) {
    this.#plan = planFor(from, to);
    const lower = Math.min(from, to);
    this.#delaySamples = from === to ? 0 : (DELAY * from) / lower;
    this.delayMs = (this.#delaySamples / from) * 1000;
    this.#blockSamples = from / 50;
    this.#history = new Int16Array(this.#plan.taps - 1);
  }

  /**
   * Takes any number of samples and gives all that follow from them, rounded and saturated to 16 bits.
   * @param out where to write, as long as `outputCount` says; a new array when absent.
   */
  process(
    samples: Int16Array,
    out: Int16Array = new Int16Array(this.outputCount(samples.length)),
  ): Int16Array {
    let written = 0;
    for (let start = 0; start < samples.length; start += this.#blockSamples)
      written += this.#block(samples.subarray(start, start + this.#blockSamples), out, written);
    return out;
  }

  /** The samples still held back by the delay, then starts anew. */
  flush(): Int16Array {
    const tail = this.process(new Int16Array(this.#delaySamples));
    this.reset();
    return tail;
  }

  /** Forgets everything heard so far. */
  reset(): void {
    this.#history.fill(0);
    this.#position = 0;
  }

  /** How many samples follow from the next `inputs`. */
  outputCount(inputs: number): number {
    return Math.ceil((inputs * this.#plan.up - this.#position) / this.#plan.down);
  }

  /** Converts at most one block into `out` from `offset` on. Returns how many it wrote. */
  #block(samples: Int16Array, out: Int16Array, offset: number): number {
    const { up, down, phases } = this.#plan;
    const history = this.#history;
    const inputs = samples.length;
    window.set(history);
    window.set(samples, history.length);
    loadSamples(history.length + inputs);

    // Outputs `up` apart share a phase, and so their taps; they are `down` inputs apart.
    const count = this.outputCount(inputs);
    for (let first = 0; first < Math.min(up, count); first++) {
      const position = this.#position + first * down;
      const ofPhase = Math.ceil((count - first) / up);
      phases[position % up].filter(Math.floor(position / up), down, first, up, ofPhase);
    }
    out.set(filtered.subarray(0, count), offset);

    this.#position += count * down - inputs * up;
    history.set(window.subarray(inputs, inputs + history.length));
    return count;
  }
}
