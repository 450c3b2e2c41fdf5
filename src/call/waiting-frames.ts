/**
 * Frames that wait to be sent, in memory that is used again and again. They wait for long enough to be moved among the old objects
 * of the process, and would fill these up so fast that all calls stood still every few seconds while they are collected.
 */

/** What is known about a frame; frames in a row share it. */
export interface FrameLabel {
  readonly voiced: boolean;
  /** Counts the agent's replies. */
  readonly reply: number;
  readonly itemId: string | undefined;
}

export interface WaitingFrame {
  /** Plain audio of 20 ms. Only until the next frame is added: whoever wants to keep it makes a copy. */
  readonly bytes: Buffer;
  readonly label: FrameLabel;
}

/** Enough for an agent that speaks in real time; more are made for one that is ahead, */
const FIRST_PLACES = 16;
/** and not kept when nothing of it waits any more. */
const KEPT_PLACES = 128;

/** First in, first out. */
export class WaitingFrames {
  readonly #frameBytes: number;
  /** A ring of places for frames, and in the same order the labels of those that wait. */
  #places: Buffer[] = [];
  #labels: FrameLabel[] = [];
  #first = 0;
  #length = 0;

  /** @param frameBytes bytes of every frame. */
  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Of the one that is next. */
  get firstLabel(): FrameLabel | undefined {
    return this.#length > 0 ? this.#labels[this.#first] : undefined;
  }

  /** @param bytes are copied. */
  add(bytes: Uint8Array, voiced: boolean, reply: number, itemId: string | undefined): void {
    if (this.#length === this.#places.length) this.#grow();
    const index = this.#indexOf(this.#length++);
    this.#places[index].set(bytes);
    const last = this.#labels.at(index - 1);
    const isAlike = last && last.voiced === voiced && last.reply === reply && last.itemId === itemId;
    this.#labels[index] = isAlike ? last : { voiced, reply, itemId };
  }

  /** Takes the one that is next. */
  take(): WaitingFrame | undefined {
    const label = this.firstLabel;
    if (!label) return undefined;
    const bytes = this.#places[this.#first];
    this.#first = this.#indexOf(1);
    this.#length--;
    if (this.#length === 0) this.clear();
    return { bytes, label };
  }

  /** The items that they belong to, in their order. */
  itemIds(): Set<string> {
    const ids = new Set<string>();
    for (let i = 0; i < this.#length; i++) {
      const itemId = this.#labels[this.#indexOf(i)].itemId;
      if (itemId !== undefined) ids.add(itemId);
    }
    return ids;
  }

  clear(): void {
    this.#length = 0;
    if (this.#places.length <= KEPT_PLACES) return;
    this.#places = [];
    this.#labels = [];
    this.#first = 0;
  }

  /** Where in the ring the one stands that is so many after the first. */
  #indexOf(after: number): number {
    return (this.#first + after) % this.#places.length;
  }

  #grow(): void {
    const more = Math.max(FIRST_PLACES, this.#places.length);
    const memory = Buffer.allocUnsafeSlow(more * this.#frameBytes);
    const free = Array.from({ length: more }, (_, i) =>
      memory.subarray(i * this.#frameBytes, (i + 1) * this.#frameBytes),
    );
    this.#places = [...inOrder(this.#places, this.#first), ...free];
    this.#labels = inOrder(this.#labels, this.#first);
    this.#first = 0;
  }
}

/** What lies in a ring, from its `first` on. */
function inOrder<T>(ring: readonly T[], first: number): T[] {
  return [...ring.slice(first), ...ring.slice(0, first)];
}
