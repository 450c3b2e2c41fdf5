/** The audio that each of a session's items has brought: what a truncation may not go beyond. */

interface Item {
  readonly contentIndex: number;
  bytes: number;
  done: boolean;
}

/** More items than this never wait to be heard. */
const MAX_ITEMS = 100;

export class Items {
  readonly #items = new Map<string, Item>();
  readonly #bytesPerMs: number;

  constructor(bytesPerMs: number) {
    this.#bytesPerMs = bytesPerMs;
  }

  /** @returns whether the item is new. */
  received(id: string, contentIndex: number, bytes: number): boolean {
    const item = this.#items.get(id);
    if (item) {
      item.bytes += bytes;
      return false;
    }
    this.#items.set(id, { contentIndex, bytes, done: false });
    if (this.#items.size > MAX_ITEMS) {
      for (const oldest of this.#items.keys()) {
        this.#items.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** All audio of the item has come. */
  done(id: string): void {
    const item = this.#items.get(id);
    if (item) item.done = true;
  }

  /**
   * Where to cut an item of which `heardMs` were heard: never beyond what has come. Undefined when there is nothing to
   * cut: the item is unknown, cut already, or was heard to its end.
   */
  cut(id: string, heardMs: number): { contentIndex: number; ms: number; share: number } | undefined {
    const item = this.#items.get(id);
    if (!item) return undefined;
    const receivedMs = item.bytes / this.#bytesPerMs;
    if (item.done && heardMs >= receivedMs) return undefined;
    this.#items.delete(id);
    const ms = Math.max(0, Math.floor(Math.min(heardMs, receivedMs)));
    return { contentIndex: item.contentIndex, ms, share: receivedMs > 0 ? ms / receivedMs : 0 };
  }
}
