/**
 * Frames that wait to be sent, in memory that is used again and again. They wait for long enough to be moved among the old objects
 * of the process, and would fill these up so fast that all calls stood still every few seconds while they are collected.
 */

export interface WaitingFrame {
  /** Plain audio of 20 ms. Only until the next frame is added: whoever wants to keep it makes a copy. */
  readonly bytes: Buffer;
  readonly voiced: boolean;
  /** Counts the agent's replies. */
  readonly reply: number;
  readonly itemId: string | undefined;
}

type Place = { -readonly [Field in keyof WaitingFrame]: WaitingFrame[Field] };

/** Enough for an agent that speaks in real time; more are made for one that is ahead. */
const FIRST_PLACES = 16;

/** First in, first out. */
export class WaitingFrames {
  readonly #frameBytes: number;
  /** A ring. */
  #places: Place[] = [];
  #first = 0;
  #length = 0;

  /** @param frameBytes bytes of every frame. */
  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** The one that is next. */
  get first(): WaitingFrame | undefined {
    return this.#length > 0 ? this.#place(0) : undefined;
  }

  /** @param bytes are copied. */
  add(bytes: Uint8Array, voiced: boolean, reply: number, itemId: string | undefined): void {
    if (this.#length === this.#places.length) this.#grow();
    const place = this.#place(this.#length++);
    place.bytes.set(bytes);
    place.voiced = voiced;
    place.reply = reply;
    place.itemId = itemId;
  }

  /** Takes the one that is next. */
  take(): WaitingFrame | undefined {
    const frame = this.first;
    if (!frame) return undefined;
    this.#first = (this.#first + 1) % this.#places.length;
    this.#length--;
    return frame;
  }

  /** The items that they belong to, in their order. */
  itemIds(): Set<string> {
    const ids = new Set<string>();
    for (let i = 0; i < this.#length; i++) {
      const { itemId } = this.#place(i);
      if (itemId !== undefined) ids.add(itemId);
    }
    return ids;
  }

  clear(): void {
    this.#length = 0;
  }

  /** The place `index` after the first. */
  #place(index: number): Place {
    return this.#places[(this.#first + index) % this.#places.length]!;
  }

  #grow(): void {
    const old = this.#places;
    const places = [...old.slice(this.#first), ...old.slice(0, this.#first)];
    const more = Math.max(FIRST_PLACES, old.length);
    const room = Buffer.allocUnsafeSlow(more * this.#frameBytes);
    for (let i = 0; i < more; i++) {
      const bytes = room.subarray(i * this.#frameBytes, (i + 1) * this.#frameBytes);
      places.push({ bytes, voiced: false, reply: 0, itemId: undefined });
    }
    this.#places = places;
    this.#first = 0;
  }
}
