/** Samples in the order in which they came, taken in pieces of any length. */

export class SampleQueue {
  #chunks: Int16Array[] = [];
  /** Samples of the first chunk that are gone already. */
  #taken = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Keeps a copy: the samples are their owner's. */
  push(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#chunks.push(samples.slice());
    this.#length += samples.length;
  }

  /** The first samples, up to `count`, which stay where they are. */
  peek(count: number): Int16Array {
    const piece = new Int16Array(Math.min(count, this.#length));
    let filled = 0;
    let from = this.#taken;
    for (const chunk of this.#chunks) {
      const part = chunk.subarray(from, from + piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      if (filled === piece.length) break;
      from = 0;
    }
    return piece;
  }

  /** Lets the first samples go. */
  skip(count: number): void {
    this.#length -= Math.min(count, this.#length);
    this.#taken += count;
    let gone = 0;
    while (gone < this.#chunks.length && this.#taken >= this.#chunks[gone]!.length)
      this.#taken -= this.#chunks[gone++]!.length;
    this.#chunks.splice(0, gone);
    if (this.#chunks.length === 0) this.#taken = 0;
  }

  take(count: number): Int16Array {
    const piece = this.peek(count);
    this.skip(piece.length);
    return piece;
  }

  clear(): void {
    this.skip(this.#length);
  }
}
