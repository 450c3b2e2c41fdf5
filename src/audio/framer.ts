/** Cuts a stream of bytes into frames of exactly one size, however it is chunked. */

export class Framer {
  readonly #frameBytes: number;
  readonly #silence: number;
  /** The frame that is being filled. A new one each time, because frames are given away. */
  #open: Uint8Array | undefined;
  #pendingBytes = 0;

  /**
   * @param frameBytes bytes of one frame, at least 1.
   * @param silence the byte that pads the last frame: 0xFF for μ-law, 0 for PCM.
   */
  constructor(frameBytes: number, silence: number) {
    this.#frameBytes = frameBytes;
    this.#silence = silence;
  }

  /** Bytes that wait for their frame to fill, less than one frame. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** The frames that `chunk` completes. Where a frame lies wholly within `chunk`, it is a view of it. */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let at = 0;
    if (this.#open) {
      at = Math.min(this.#frameBytes - this.#pendingBytes, chunk.length);
      this.#open.set(chunk.subarray(0, at), this.#pendingBytes);
      this.#pendingBytes += at;
      if (this.#pendingBytes < this.#frameBytes) return frames;
      frames.push(this.#open);
      this.clear();
    }
    if (at === 0 && chunk.length === this.#frameBytes) return [chunk];
    for (; at + this.#frameBytes <= chunk.length; at += this.#frameBytes) {
      frames.push(chunk.subarray(at, at + this.#frameBytes));
    }
    if (at < chunk.length) {
      this.#open = new Uint8Array(this.#frameBytes);
      this.#open.set(chunk.subarray(at));
      this.#pendingBytes = chunk.length - at;
    }
    return frames;
  }

  /** The frame that is being filled, padded with silence, or nothing when no byte waits. */
  flush(): Uint8Array | undefined {
    const frame = this.#open?.fill(this.#silence, this.#pendingBytes);
    this.clear();
    return frame;
  }

  /** Drops what waits. */
  clear(): void {
    this.#open = undefined;
    this.#pendingBytes = 0;
  }
}
