/** Streaming sample-rate conversion among 8, 16, 24 and 48 kHz by a polyphase FIR filter. */
import type { SampleRate } from "./format.js";
import { DELAY, lowpass } from "./resample-filter.js";

/** How one rate becomes another: put `up - 1` zeros after each sample, filter, keep every `down`-th. */
interface Plan {
  readonly up: number;
  readonly down: number;
  /** Taps of one phase. */
  readonly taps: number;
  /**
   * For each of the `up` phases its taps, oldest sample first, dealt out to `down` rows: every `down`-th tap from the first on,
   * from the second on, and so on. Shared by all resamplers of the pair.
   */
  readonly phases: readonly (readonly Float64Array[])[];
}

/** Rows are filled with zeros to a multiple of this, the number of taps in one turn of the innermost loop. */
const UNROLLED = 4;

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
    return deal(
      row.map((value) => value / sum),
      down,
    );
  });
  return { up, down, taps, phases };
}

function deal(row: Float64Array, count: number): Float64Array[] {
  const length = Math.ceil(row.length / count / UNROLLED) * UNROLLED;
  const rows = Array.from({ length: count }, () => new Float64Array(length));
  for (let tap = 0; tap < row.length; tap++) rows[tap % count][Math.floor(tap / count)] = row[tap];
  return rows;
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
  /** The last `taps - 1` samples of what came before, then up to `#blockSamples` new ones. */
  readonly #window: Float64Array;
  /** The window dealt out as the taps are, so that neighbours in a lane are `down` samples apart. */
  readonly #lanes: readonly Float64Array[];
  readonly #blockSamples: number;
  /** Position of the next output after the next input, in steps of 1/up of an input sample. */
  #position = 0;

  constructor(from: SampleRate, to: SampleRate) {
    this.#plan = planFor(from, to);
    const lower = Math.min(from, to);
    this.#delaySamples = from === to ? 0 : (DELAY * from) / lower;
    this.delayMs = (this.#delaySamples / from) * 1000;
    this.#blockSamples = from / 50;
    const { taps, down } = this.#plan;
    this.#window = new Float64Array(taps - 1 + this.#blockSamples + UNROLLED);
    const laneSamples = Math.ceil(this.#window.length / down) + UNROLLED;
    this.#lanes =
      down === 1 ? [this.#window] : Array.from({ length: down }, () => new Float64Array(laneSamples));
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
    for (let start = 0; start < samples.length; start += this.#blockSamples) {
      written += this.#block(
        samples,
        start,
        Math.min(start + this.#blockSamples, samples.length),
        out,
        written,
      );
    }
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
    this.#window.fill(0);
    this.#position = 0;
  }

  /** How many samples follow from the next `inputs`. */
  outputCount(inputs: number): number {
    return Math.ceil((inputs * this.#plan.up - this.#position) / this.#plan.down);
  }

  /** Converts `samples[start..end)`, at most one block, into `out` from `offset` on. Returns how many it wrote. */
  #block(samples: Int16Array, start: number, end: number, out: Int16Array, offset: number): number {
    const { up, down, taps, phases } = this.#plan;
    const window = this.#window;
    const inputs = end - start;
    for (let i = 0; i < inputs; i++) window[taps - 1 + i] = samples[start + i];
    if (down > 1) this.#deal(taps - 1 + inputs);

    // Outputs `up` apart share a phase, and so their taps; they are `down` inputs apart.
    const count = this.outputCount(inputs);
    for (let first = 0; first < Math.min(up, count); first++) {
      const position = this.#position + first * down;
      const from = Math.floor(position / up);
      filterPhase(phases[position % up], this.#lanes, from, out, offset + first, up, offset + count);
    }

    this.#position += count * down - inputs * up;
    window.copyWithin(0, inputs, inputs + taps - 1);
    return count;
  }

  #deal(count: number): void {
    const window = this.#window;
    const lanes = this.#lanes;
    for (let lane = 0; lane < lanes.length; lane++) {
      const samples = lanes[lane];
      for (let i = lane, at = 0; i < count; i += lanes.length, at++) samples[at] = window[i];
    }
  }
}

/**
 * Writes `out[to]`, `out[to + stride]`, … below `end`: the sums of products of the taps with the samples from `from`,
 * `from + lanes.length`, … on. Four sums at a time take each tap once and each sample once, which halves the time in V8. Every
 * sum adds in the same order, so how outputs fall into fours does not show.
 */
function filterPhase(
  rows: readonly Float64Array[],
  lanes: readonly Float64Array[],
  from: number,
  out: Int16Array,
  to: number,
  stride: number,
  end: number,
): void {
  const count = lanes.length;
  let k = 0;
  let o = to;
  for (; o + 3 * stride < end; o += 4 * stride, k += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let r = 0; r < count; r++) {
      const row = rows[r];
      const lane = lanes[(from + r) % count];
      let i = Math.floor((from + r) / count) + k;
      let w0 = lane[i];
      let w1 = lane[i + 1];
      let w2 = lane[i + 2];
      let w3: number;
      for (let tap = 0; tap < row.length; tap += 4, i += 4) {
        let value = row[tap];
        w3 = lane[i + 3];
        a += value * w0;
        b += value * w1;
        c += value * w2;
        d += value * w3;
        value = row[tap + 1];
        w0 = lane[i + 4];
        a += value * w1;
        b += value * w2;
        c += value * w3;
        d += value * w0;
        value = row[tap + 2];
        w1 = lane[i + 5];
        a += value * w2;
        b += value * w3;
        c += value * w0;
        d += value * w1;
        value = row[tap + 3];
        w2 = lane[i + 6];
        a += value * w3;
        b += value * w0;
        c += value * w1;
        d += value * w2;
      }
    }
    out[o] = toInt16(a);
    out[o + stride] = toInt16(b);
    out[o + 2 * stride] = toInt16(c);
    out[o + 3 * stride] = toInt16(d);
  }
  for (; o < end; o += stride, k++) {
    let sum = 0;
    for (let r = 0; r < count; r++) {
      const row = rows[r];
      const lane = lanes[(from + r) % count];
      const i = Math.floor((from + r) / count) + k;
      for (let tap = 0; tap < row.length; tap++) sum += row[tap] * lane[i + tap];
    }
    out[o] = toInt16(sum);
  }
}

function toInt16(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value)));
}
