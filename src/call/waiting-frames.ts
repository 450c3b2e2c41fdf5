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
  /** Plain audio of 20 ms. Only until the next frame is taken: whoever wants to keep it makes a copy. */
  readonly bytes: Buffer;
  readonly label: FrameLabel;
}

/** Enough for an agent that speaks in real time; more are made for one that is ahead, */
const FIRST_PLACES = 16;
/** and not kept when nothing of it waits any more. */
const KEPT_PLACES = 128;
const NOTHING = Buffer.alloc(0);

/** First in, first out. */
export class WaitingFrames {
  /** The frame that was taken last. */
  readonly #taken: Buffer;
  /** A ring: frames in a row, and in the same order their labels. */
  #bytes = NOTHING;
  #labels: (FrameLabel | undefined)[] = [];
  #first = 0;
  #length = 0;

  /** @param frameBytes bytes of every frame. */
  constructor(frameBytes: number) {
    this.#taken = Buffer.alloc(frameBytes);
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
    if (this.#length === this.#labels.length) this.#grow();
    const place = this.#place(this.#length++);
    this.#bytes.set(bytes, place * this.#taken.length);
    const last = this.#labels.at(place - 1);
    const isAlike = last && last.voiced === voiced && last.reply === reply && last.itemId === itemId;
    this.#labels[place] = isAlike ? last : { voiced, reply, itemId };
  }

  /** Takes the one that is next. */
  take(): WaitingFrame | undefined {
    const label = this.firstLabel;
    if (!label) return undefined;
    const at = this.#first * this.#taken.length;
    this.#bytes.copy(this.#taken, 0, at, at + this.#taken.length);
    this.#first = this.#place(1);
    this.#length--;
    if (this.#length === 0) this.clear();
    return { bytes: this.#taken, label };
  }

  /** The items that they belong to, in their order. */
  itemIds(): Set<string> {
    const ids = new Set<string>();
    for (let i = 0; i < this.#length; i++) {
      const itemId = this.#labels[this.#place(i)]?.itemId;
      if (itemId !== undefined) ids.add(itemId);
    }
    return ids;
  }

  clear(): void {
    this.#length = 0;
    if (this.#labels.length <= KEPT_PLACES) return;
    this.#bytes = NOTHING;
    this.#labels = [];
    this.#first = 0;
  }

  /** The place that is so many after the first. */
  #place(index: number): number {
    return (this.#first + index) % this.#labels.length;
  }

  #grow(): void {
    const at = this.#first * this.#taken.length;
    const places = Math.max(FIRST_PLACES, 2 * this.#labels.length);
    const bytes = Buffer.allocUnsafeSlow(places * this.#taken.length);
    const copied = this.#bytes.copy(bytes, 0, at);
    this.#bytes.copy(bytes, copied, 0, at);
    const labels = new Array<FrameLabel | undefined>(places);
    for (let i = 0; i < this.#length; i++) labels[i] = this.#labels[this.#place(i)];
    this.#bytes = bytes;
    this.#labels = labels;
    this.#first = 0;
  }
}
