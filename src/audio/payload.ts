/** A piece of encoded audio in the two spellings a call needs: base64 on the wire, bytes for everything else. */

/**
 * Each spelling is made from the other when first asked for, then kept. Audio that only passes through is never decoded,
 * and audio that several parts of a call look at is decoded once.
 */
export class Payload {
  #base64: string | undefined;
  #bytes: Buffer | undefined;

  private constructor(base64: string | undefined, bytes: Buffer | undefined) {
    this.#base64 = base64;
    this.#bytes = bytes;
  }

  /** @param base64 valid base64 text; the caller has checked it. */
  static fromBase64(base64: string): Payload {
    return new Payload(base64, undefined);
  }

  /** Keeps a view of `bytes`, so the caller must not write to them afterwards. */
  static fromBytes(bytes: Uint8Array): Payload {
    return new Payload(
      undefined,
      Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    );
  }

  /** Both spellings of the same audio, where both are at hand. */
  static of(base64: string, bytes: Buffer): Payload {
    return new Payload(base64, bytes);
  }

  get base64(): string {
    this.#base64 ??= (this.#bytes as Buffer).toString("base64");
    return this.#base64;
  }

  /** The audio bytes. Shared: read only. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.#base64 as string, "base64");
    return this.#bytes;
  }
}
