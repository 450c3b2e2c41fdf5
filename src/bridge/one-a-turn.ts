/** Sets up one call in each turn of the event loop: when twenty ring at one moment, those who talk already are served between them. */

export class OneATurn {
  #last = Promise.resolve();

  /** Resolves at once when nobody waits, and otherwise in the turn after the one before. */
  next(): Promise<void> {
    const mine = this.#last;
    this.#last = mine.then(() => new Promise((resolve) => setImmediate(resolve)));
    return mine;
  }
}
