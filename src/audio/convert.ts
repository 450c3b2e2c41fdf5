/** Turns a stream of plain audio in one media format into another: encoding and sample rate, in any chunking. */
import { type MediaFormat, sameFormat } from "./format.js";
import { decodeUlaw, encodeUlaw } from "./g711.js";
import { pcmBytes, pcmSamples, WholeSamples } from "./pcm.js";
import { Resampler } from "./resample.js";

export interface Converter {
  /** True when both formats are the same and bytes go through unchanged. */
  readonly identity: boolean;
  /**
   * All output that follows from the input so far. The same bytes in any chunking give the same bytes out. Half a sample
   * at the end of a chunk waits for the next. The result is never written to again; it may be a view of `chunk`.
   */
  convert(chunk: Uint8Array): Uint8Array;
  /** What the resampler's delay still holds back, then starts anew. Half a sample that never became whole is dropped. */
  flush(): Uint8Array;
}

/**
 * A converter between two plain formats: μ-law at 8 kHz and PCM at any rate.
 * @throws RangeError for Opus, which is not plain audio, and for μ-law at another rate than 8 kHz.
 */
export function createConverter(from: MediaFormat, to: MediaFormat): Converter {
  for (const { encoding, sampleRate } of [from, to]) {
    if (encoding === "opus") throw new RangeError("Opus must be decoded before it can be converted");
    if (encoding === "g711_ulaw" && sampleRate !== 8000)
      throw new RangeError("μ-law audio has 8000 samples a second");
  }
  return sameFormat(from, to) ? new Identity(from) : new Transcoder(from, to);
}

const NOTHING = new Uint8Array(0);

class Identity implements Converter {
  readonly identity = true;
  readonly #whole: WholeSamples | undefined;

  constructor(format: MediaFormat) {
    if (format.encoding === "pcm16") this.#whole = new WholeSamples();
  }

  convert(chunk: Uint8Array): Uint8Array {
    return this.#whole ? this.#whole.take(chunk) : chunk;
  }

  flush(): Uint8Array {
    this.#whole?.reset();
    return NOTHING;
  }
}

class Transcoder implements Converter {
  readonly identity = false;
  readonly #fromUlaw: boolean;
  readonly #toUlaw: boolean;
  readonly #whole = new WholeSamples();
  readonly #resampler: Resampler | undefined;
  readonly #decoded = new Scratch();
  readonly #resampled = new Scratch();

  constructor(from: MediaFormat, to: MediaFormat) {
    this.#fromUlaw = from.encoding === "g711_ulaw";
    this.#toUlaw = to.encoding === "g711_ulaw";
    if (from.sampleRate !== to.sampleRate) this.#resampler = new Resampler(from.sampleRate, to.sampleRate);
  }

  convert(chunk: Uint8Array): Uint8Array {
    const samples = this.#decode(chunk);
    if (!this.#resampler) return this.#encode(samples);
    const count = this.#resampler.outputCount(samples.length);
    if (this.#toUlaw)
      return encodeUlaw(this.#resampler.process(samples, this.#resampled.take(count)), room(count));
    const bytes = room(2 * count);
    this.#resampler.process(samples, pcmSamples(bytes));
    return bytes;
  }

  flush(): Uint8Array {
    this.#whole.reset();
    return this.#resampler ? this.#encode(this.#resampler.flush()) : NOTHING;
  }

  #decode(chunk: Uint8Array): Int16Array {
    if (!this.#fromUlaw) return pcmSamples(this.#whole.take(chunk));
    // The resampler only reads them; without one they leave as they are.
    return decodeUlaw(chunk, this.#resampler && this.#decoded.take(chunk.length));
  }

  #encode(samples: Int16Array): Uint8Array {
    return this.#toUlaw ? encodeUlaw(samples) : pcmBytes(samples);
  }
}

/** Room for a result. From the pool of small buffers, since results are used at once: nothing keeps a whole pool alive. */
function room(bytes: number): Uint8Array {
  return Buffer.allocUnsafe(bytes);
}

/** Samples on the way from one step to the next: used again and again, so that no frame leaves garbage behind. */
class Scratch {
  #samples = new Int16Array(0);

  /** Room for `count` samples, until the next time. */
  take(count: number): Int16Array {
    if (count > this.#samples.length) this.#samples = new Int16Array(count);
    return count === this.#samples.length ? this.#samples : this.#samples.subarray(0, count);
  }
}
