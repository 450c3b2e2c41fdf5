/** What is odd about one side's payloads as such: their sizes, and files that were sent as they are. */
import { bytesPerMs, FRAME_MS, type MediaFormat } from "../audio/format.js";

/** What a file begins with that was sent with its header. */
const MAGIC: readonly (readonly [name: string, magic: Uint8Array])[] = [
  ["WAV", Uint8Array.from([0x52, 0x49, 0x46, 0x46])],
  ["Ogg", Uint8Array.from([0x4f, 0x67, 0x67, 0x53])],
  ["WebM", Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3])],
  ["MP3", Uint8Array.from([0x49, 0x44, 0x33])],
];

/** Three seconds of 20 ms each. */
const MOST_OPUS = 150;

export class PayloadFacts {
  count = 0;
  bytes = 0;
  /** Payloads that are not whole 20 ms frames, and those that cut a sample in two. Opus has neither. */
  uneven = 0;
  odd = 0;
  empty = 0;
  largestBytes = 0;
  /** The first payload that began like a file. Opus may come in containers. */
  header: { readonly name: string; readonly at: number } | undefined;
  /** What is said to be Opus, the first payloads as they came: other audio shows in them. */
  readonly opus: Uint8Array[] = [];
  readonly #frameBytes: number;
  readonly #isPcm: boolean;

  constructor(format: MediaFormat) {
    this.#frameBytes = format.encoding === "opus" ? 0 : bytesPerMs(format) * FRAME_MS;
    this.#isPcm = format.encoding === "pcm16";
  }

  add(bytes: Uint8Array, at: number): void {
    this.count++;
    this.bytes += bytes.length;
    if (bytes.length === 0) this.empty++;
    if (bytes.length > this.largestBytes) this.largestBytes = bytes.length;
    if (this.#frameBytes === 0) {
      if (this.opus.length < MOST_OPUS) this.opus.push(bytes);
      return;
    }
    if (bytes.length % this.#frameBytes !== 0) {
      this.uneven++;
      if (this.#isPcm && bytes.length % 2 === 1) this.odd++;
    }
    const name = this.header ? undefined : nameOf(bytes);
    if (name) this.header = { name, at };
  }
}

function nameOf(bytes: Uint8Array): string | undefined {
  for (const [name, magic] of MAGIC) {
    if (bytes[0] === magic[0] && magic.every((byte, i) => bytes[i] === byte)) return name;
  }
  return undefined;
}
