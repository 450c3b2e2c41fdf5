/** PCM between bytes, as they travel (16-bit signed little-endian), and samples, as they are computed with. */

/**
 * The samples in `bytes`: a view where the bytes lie on an even address, else a copy. An odd last byte is left out.
 * The byte order is the machine's, little-endian on every platform this is meant for (x64, arm64).
 */
export function pcmSamples(bytes: Uint8Array): Int16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.length >> 1);
}

/** The bytes of `samples`: a view. */
export function pcmBytes(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

/** Cuts a stream of bytes at whole samples, however it is chunked: an odd last byte waits for the next chunk. */
export class WholeSamples {
  #odd: number | undefined;

  /** An even number of bytes: `chunk` itself or a view of it where that is possible, else a copy. */
  take(chunk: Uint8Array): Uint8Array {
    let bytes = chunk;
    if (this.#odd !== undefined) {
      if (chunk.length === 0) return chunk;
      bytes = new Uint8Array(chunk.length + 1);
      bytes[0] = this.#odd;
      bytes.set(chunk, 1);
    }
    const even = bytes.length & ~1;
    this.#odd = even < bytes.length ? bytes[even] : undefined;
    return even < bytes.length ? bytes.subarray(0, even) : bytes;
  }

  /** Forgets a waiting byte. */
  reset(): void {
    this.#odd = undefined;
  }
}
