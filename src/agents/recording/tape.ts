/** The agent's recorded bytes, read a little ahead of when they are wanted, so that a long call is never held whole. */
import { AGENT_FILE, type MediaEvent } from "../../recording/format.js";
import type { Recording } from "../../recording/reader.js";

const BLOCK_BYTES = 64 * 1024;

export class Tape {
  readonly #recording: Recording;
  readonly #bytes: number;
  readonly #loaded: () => void;
  readonly #failed: (error: Error) => void;
  readonly #blocks = new Map<number, Buffer>();
  readonly #loading = new Set<number>();

  /**
   * @param bytes how many there are.
   * @param loaded told when more can be taken. @param failed told when the disk gives no more.
   */
  constructor(recording: Recording, bytes: number, loaded: () => void, failed: (error: Error) => void) {
    this.#recording = recording;
    this.#bytes = bytes;
    this.#loaded = loaded;
    this.#failed = failed;
    this.#load(0);
  }

  /** Bytes that mostly follow each other; undefined while they are being read. */
  take(offset: number, length: number): Buffer | undefined {
    if (length === 0) return Buffer.alloc(0);
    const first = Math.floor(offset / BLOCK_BYTES);
    const last = Math.floor((offset + length - 1) / BLOCK_BYTES);
    for (const block of this.#blocks.keys())
      if (block < first || block > last + 1) this.#blocks.delete(block);
    const pieces: Buffer[] = [];
    for (let block = first; block <= last; block++) {
      const piece = this.#blocks.get(block);
      if (piece) pieces.push(piece);
      else this.#load(block);
    }
    if (!this.#blocks.has(last + 1)) this.#load(last + 1);
    if (pieces.length <= last - first) return undefined;
    const whole = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    const start = offset - first * BLOCK_BYTES;
    return whole.subarray(start, start + length);
  }

  #load(block: number): void {
    const offset = block * BLOCK_BYTES;
    const length = Math.min(BLOCK_BYTES, this.#bytes - offset);
    if (length <= 0 || this.#loading.has(block)) return;
    this.#loading.add(block);
    const event = { file: AGENT_FILE, offset, length } as MediaEvent;
    this.#recording
      .payload(event)
      .then((bytes) => {
        this.#blocks.set(block, bytes);
        this.#loading.delete(block);
        this.#loaded();
      })
      .catch((error: Error) => this.#failed(error));
  }
}
