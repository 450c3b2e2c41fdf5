/** What a recorded caller said, payload by payload: bytes in large blocks, times in columns, so that an hour is few objects. */

const BLOCK_BYTES = 1 << 20;

export class Payloads {
  /** When each came, in ms of the call's clock; never less than the one before. */
  readonly at: number[] = [];
  /** How much audio each holds. */
  readonly ms: number[] = [];
  readonly voiced: boolean[] = [];
  /** The largest, in bytes. */
  longest = 0;
  readonly #lengths: number[] = [];
  readonly #starts: number[] = [];
  readonly #blockOf: number[] = [];
  readonly #blocks: Buffer[] = [];
  #used = BLOCK_BYTES;

  get length(): number {
    return this.at.length;
  }

  /** Copies `bytes`. Times that go back count as the last. */
  add(bytes: Uint8Array, at: number, ms: number, voiced: boolean): void {
    if (this.#used + bytes.length > (this.#blocks.at(-1)?.length ?? 0)) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes.length)));
      this.#used = 0;
    }
    (this.#blocks.at(-1) as Buffer).set(bytes, this.#used);
    this.#blockOf.push(this.#blocks.length - 1);
    this.#starts.push(this.#used);
    this.#lengths.push(bytes.length);
    this.#used += bytes.length;
    this.longest = Math.max(this.longest, bytes.length);
    this.at.push(Math.max(at, this.at.at(-1) ?? 0));
    this.ms.push(ms);
    this.voiced.push(voiced);
  }

  /** Shared: read only. */
  bytes(k: number): Buffer {
    const start = this.#starts[k] as number;
    return (this.#blocks[this.#blockOf[k] as number] as Buffer).subarray(
      start,
      start + (this.#lengths[k] as number),
    );
  }
}
