/** Counts what keeps happening, so that a report says it once and how often at the end. */

export interface Repeated {
  readonly code: string;
  readonly message: string;
  readonly count: number;
}

/** More different messages than this in one call are counted together, by their code. */
const MOST_MESSAGES = 20;

export class Repeats {
  readonly #seen = new Map<string, { code: string; message: string; count: number }>();

  /** Counts it, and says whether it is new. */
  add(code: string, message: string): boolean {
    const key = this.#seen.size < MOST_MESSAGES ? `${code} ${message}` : code;
    const known = this.#seen.get(`${code} ${message}`) ?? this.#seen.get(key);
    if (known) known.count++;
    else this.#seen.set(key, { code, message, count: 1 });
    return !known;
  }

  /** What happened more than once. */
  repeated(): Repeated[] {
    return [...this.#seen.values()].filter(({ count }) => count > 1);
  }
}
