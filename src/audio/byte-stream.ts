/** A stream of bytes in chunks of any length, for parsers that are written as if every byte were already there. */

/** What a parser needs before it can go on: some bytes, some bytes passed over, or a place to start again. */
export type Want = { readonly read: number } | { readonly skip: number } | { readonly seek: number };

/** Yields its wants. It is given the bytes it asked to read, which are shared and read only; nothing for other wants. */
export type StreamParser<T = void> = Generator<Want, T, Uint8Array>;

/** The next `bytes` bytes in one piece. They are buffered until they are complete: keep the number bounded. */
export const read = (bytes: number): Want => ({ read: bytes });

/** Passes over the next `bytes` bytes without keeping them. */
export const skip = (bytes: number): Want => ({ skip: bytes });

/** Passes over everything up to and including the next four bytes that spell `magic`, a big-endian number. */
export const seek = (magic: number): Want => ({ seek: magic });

const NOTHING: Uint8Array = new Uint8Array(0);

/** Runs one endless parser over the chunks of one stream. Copies each byte at most once, and only where chunks meet. */
export class ByteStream {
  readonly #parser: StreamParser;
  #want: Want;
  /** How many bytes of the present want are done. */
  #done = 0;
  /** The present `read`, as far as it came, when it began in an earlier chunk. */
  #part = NOTHING;
  /** The last four bytes that the present `seek` has seen. */
  #window = 0;

  constructor(parser: StreamParser) {
    this.#parser = parser;
    this.#want = parser.next().value as Want;
  }

  /** Lets the parser go as far as these bytes take it. */
  push(chunk: Uint8Array): void {
    let at = 0;
    for (;;) {
      const want = this.#want;
      let bytes = NOTHING;
      if ("seek" in want) {
        const found = this.#seek(want.seek, chunk, at);
        if (found < 0) return;
        at = found;
      } else {
        const wanted = "read" in want ? want.read : want.skip;
        const piece = chunk.subarray(at, at + Math.min(chunk.length - at, wanted - this.#done));
        if ("read" in want) bytes = piece.length === wanted ? piece : this.#gather(piece, wanted);
        at += piece.length;
        this.#done += piece.length;
        if (this.#done < wanted) return;
      }
      this.#done = 0;
      this.#part = NOTHING;
      this.#want = this.#parser.next(bytes).value as Want;
    }
  }

  #gather(piece: Uint8Array, wanted: number): Uint8Array {
    // Not before the first byte is there: a header can promise much and bring nothing.
    if (piece.length > 0 && this.#part.length === 0) this.#part = new Uint8Array(wanted);
    this.#part.set(piece, this.#done);
    return this.#part;
  }

  /** The place after the magic, or -1 when it has not come. */
  #seek(magic: number, chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      this.#window = ((this.#window << 8) | chunk[at]!) >>> 0;
      if (++this.#done >= 4 && this.#window === magic) return at + 1;
    }
    return -1;
  }
}
