/** Finite impulse response filters over blocks of 16-bit samples, in WebAssembly (`fir.wat`). */
import { FIR_MODULE } from "./fir-module.js";

/** The most samples in a window, and the most that come out of it. */
const MOST_SAMPLES = 1536;

/** Places in the WebAssembly's memory, in bytes. The last vector of a block may reach beyond it. */
const SLACK = 256;
const SAMPLES = 0;
const WINDOW = SAMPLES + 2 * MOST_SAMPLES + SLACK;
const OUTPUT = WINDOW + 4 * MOST_SAMPLES + SLACK;
const TAPS = OUTPUT + 2 * MOST_SAMPLES + SLACK;

/** Numbers in one SIMD vector. */
const VECTOR = 4;

/** The part of the standard that is used here; the types of Node.js do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** What `fir.wat` exports. Places and lengths are in bytes, counts in samples. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  toFloats(samples: number, floats: number, count: number): void;
  filter(
    taps: number,
    tapBytes: number,
    window: number,
    step: number,
    out: number,
    stride: number,
    count: number,
  ): void;
}

const bytes = Uint8Array.from(atob(FIR_MODULE), (letter) => letter.charCodeAt(0));
const kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
let freeAt = TAPS;

/** What is filtered next: write here, then say `loadSamples`. All filters share it, each for the time of one block. */
export const samples = new Int16Array(kernel.memory.buffer, SAMPLES, MOST_SAMPLES);
/** What came out of `FirTaps.filter`, until the next block. */
export const filtered = new Int16Array(kernel.memory.buffer, OUTPUT, MOST_SAMPLES);

/** Makes the first `count` of `samples` the window of the filters. */
export function loadSamples(count: number): void {
  kernel.toFloats(SAMPLES, WINDOW, count);
}

/** The taps of one filter, kept for the life of the process: meant for the few filters that all calls share. 48 kB of them. */
export class FirTaps {
  readonly #at: number;
  readonly #bytes: number;

  /** @param taps the oldest sample's first. */
  constructor(taps: Float64Array) {
    const length = Math.ceil(taps.length / VECTOR) * VECTOR;
    this.#at = freeAt;
    this.#bytes = 4 * length;
    freeAt += this.#bytes;
    new Float32Array(kernel.memory.buffer, this.#at, length).set(taps);
  }

  /**
   * Fills every `stride`-th of `filtered` from `to` on with `count` outputs, rounded and saturated: the first over the window
   * from its sample `from` on, each other `step` samples later.
   */
  filter(from: number, step: number, to: number, stride: number, count: number): void {
    kernel.filter(this.#at, this.#bytes, WINDOW + 4 * from, 4 * step, OUTPUT + 2 * to, 2 * stride, count);
  }
}
