/** What a caller does at fixed times whatever is being said: press keys, hang up, cut the connection. */

export interface KeyPress {
  readonly digit: string;
  readonly atMs: number;
}

export interface AppointedTimes {
  readonly keys?: readonly KeyPress[];
  /** Hangs up then, whatever is going on. Without it (and `dropAfterMs`) the caller hangs up when all is said and answered. */
  readonly hangUpAfterMs?: number;
  /** Cuts the connection then, without a word. */
  readonly dropAfterMs?: number;
}

export class Appointments {
  readonly #keys: readonly KeyPress[];
  #pressed = 0;
  /** The time of the last key; 0 without any. */
  readonly lastKeyAt: number;
  /** When the call is to end; undefined when that is left to its course. */
  readonly endAt: number | undefined;
  readonly ending: "hang-up" | "drop";

  constructor({ keys = [], hangUpAfterMs, dropAfterMs }: AppointedTimes) {
    this.#keys = [...keys].sort((a, b) => a.atMs - b.atMs);
    this.lastKeyAt = this.#keys.at(-1)?.atMs ?? 0;
    const [hangUpAt, dropAt] = [
      hangUpAfterMs ?? Number.POSITIVE_INFINITY,
      dropAfterMs ?? Number.POSITIVE_INFINITY,
    ];
    this.ending = dropAt < hangUpAt ? "drop" : "hang-up";
    const endAt = Math.min(hangUpAt, dropAt);
    this.endAt = endAt === Number.POSITIVE_INFINITY ? undefined : endAt;
  }

  get anyKeys(): boolean {
    return this.#keys.length > 0;
  }

  /** When the next key is pressed: Infinity after the last. */
  get keyAt(): number {
    return this.#keys[this.#pressed]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  takeKey(): KeyPress {
    return this.#keys[this.#pressed++];
  }
}
